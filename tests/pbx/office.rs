//! Tapeline beside the PBX.

use crate::lab::{Lab, SECRET};
use crate::shared::Office;
use crate::waiting::until;

impl Office {
    /// A new database, the PBX's folder, and a running server.
    pub fn open(lab: &Lab) -> Office {
        Office::reaching(lab, &format!("address = {:?}", lab.pbx.address()))
    }

    /// The same, by these lines of `[asterisk]`.
    pub fn reaching(lab: &Lab, asterisk: &str) -> Office {
        let settings = format!(
            "[[folders]]\nmonitor_dir = \"/var/spool/asterisk/monitor\"\nmachine = \"pbx1\"\nzone = {:?}\n\
             [asterisk]\nsecret = {SECRET:?}\n{asterisk}\n",
            lab.zone
        );
        let mut office = Office::recorded_to(Some(lab.monitor()), &settings);
        office.listen();
        office
    }

    /// Starts the server and waits until it listens to the PBX.
    pub fn listen(&mut self) {
        self.start();
        until("that it listens to the PBX", || self.serving().log().contains("listening to Asterisk"));
    }

    /// kill -9.
    pub fn kill(&self) {
        self.serving().signal("KILL");
    }

    /// The note beside the only recording.
    pub fn note(&self) -> String {
        self.sqlite3("SELECT note FROM intake_files;")
    }

    /// What its status says of the PBX: the state, and what is wrong.
    pub fn hears(&self) -> (String, String) {
        let asterisk = self.source("asterisk");
        let text = |name: &str| asterisk[name].as_str().expect("text").to_owned();
        (text("state"), text("trouble"))
    }
}
