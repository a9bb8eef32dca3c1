//! A stand-in for a PBX's manager interface: it lets anybody in, answers what is asked, and says what it is told to.
//! What only a real Asterisk can show is in tests/pbx.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::waiting::until;

/// Where the PBX records to, in its own words.
pub const MONITOR: &str = "/var/spool/asterisk/monitor";

#[derive(Default)]
struct State {
    /// Who is let in and listens.
    listeners: Vec<TcpStream>,
    /// The network is down.
    down: bool,
    /// When it started, Unix seconds.
    started: i64,
    /// Actions that the user may not do.
    denied: Vec<&'static str>,
    /// The channels that are up, and the file that each says it is recorded to.
    up: Vec<(String, String)>,
    /// How often it was asked about one of them.
    asked: usize,
}

/// The PBX.
pub struct Pbx {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Pbx {
    /// One that has run for a day.
    pub fn start() -> Pbx {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State { started: now() - 86_400, ..State::default() }));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                std::thread::spawn(move || drop(serve(stream, &state)));
            }
        });
        Pbx { address, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a lock")
    }

    pub fn deny(&self, action: &'static str) {
        self.state().denied.push(action);
    }

    /// A channel that is up, in `key: value` lines, and the file that it says it is recorded to.
    pub fn list(&self, channel: &str, file: &str) {
        self.list_all(vec![(channel.to_owned(), file.to_owned())]);
    }

    /// The same of several.
    pub fn list_all(&self, up: Vec<(String, String)>) {
        let mut state = self.state();
        (state.up, state.asked) = (up, 0);
    }

    /// Waits until it was asked about each of them: what it says from now on comes after its answers.
    pub fn until_asked(&self) {
        let is_asked = |state: &State| state.asked >= state.up.len();
        until("questions", || is_asked(&self.state()));
    }

    /// The network is down.
    pub fn cut(&self) {
        let mut state = self.state();
        state.down = true;
        state.listeners.drain(..).for_each(|stream| drop(stream.shutdown(std::net::Shutdown::Both)));
    }

    /// The network is up again; the PBX has been running since then.
    pub fn mend(&self, started: i64) {
        let mut state = self.state();
        (state.down, state.started) = (false, started);
    }

    /// Bytes, as they are.
    pub fn send(&self, bytes: &[u8]) {
        until("somebody who listens", || !self.state().listeners.is_empty());
        self.state().listeners.iter_mut().for_each(|stream| stream.write_all(bytes).expect("it is read"));
    }

    /// An event: its name, then `key: value` lines.
    pub fn say(&self, event: &str) {
        self.send(format!("Event: {}\r\n\r\n", event.replace('\n', "\r\n")).as_bytes());
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    if state.lock().expect("a lock").down {
        return Ok(());
    }
    stream.write_all(b"Asterisk Call Manager/5.0.4\r\n")?;
    let mut action = HashMap::new();
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        match line.trim_end().split_once(": ") {
            Some((key, value)) => drop(action.insert(key.to_owned(), value.to_owned())),
            None => {
                let mut state = state.lock().expect("a lock");
                let answer = answer(&std::mem::take(&mut action), &mut state);
                stream.write_all(answer.replace('\n', "\r\n").as_bytes())?;
                if answer.contains("accepted") {
                    state.listeners.push(stream.try_clone()?);
                }
            }
        }
        line.clear();
    }
    Ok(())
}

fn answer(action: &HashMap<String, String>, state: &mut State) -> String {
    let text = |key: &str| action.get(key).map_or("", String::as_str);
    let id = text("ActionID");
    if state.denied.contains(&text("Action")) {
        return format!("Response: Error\nActionID: {id}\nMessage: Permission denied\n\n");
    }
    let says = |lines: &str| format!("Response: Success\nActionID: {id}\n{lines}\n\n");
    let time = |seconds: i64, format: &str| {
        jiff::Timestamp::from_second(seconds).expect("a time").strftime(format).to_string()
    };
    match text("Action") {
        "Challenge" => says("Challenge: 840415273"),
        "Login" => says("Message: Authentication accepted"),
        "CoreSettings" => says("AsteriskVersion: 16.28.0\nSystemName: "),
        "CoreStatus" => says(&time(state.started, "CoreStartupDate: %Y-%m-%d\nCoreStartupTime: %H:%M:%S")),
        "Getvar" if action.contains_key("Channel") => {
            state.asked += 1;
            let named = format!("Channel: {}\n", text("Channel"));
            let of = state.up.iter().find(|(up, _)| format!("{up}\n").contains(&named));
            says(&format!("Variable: x\nValue: {}", of.map_or("", |(_, file)| file)))
        }
        "Getvar" => says(&time(now(), "Variable: x\nValue: %Y-%m-%d %H:%M:%S")),
        "CoreShowChannels" => {
            let up = state.up.iter();
            let up = up.map(|(up, _)| format!("Event: CoreShowChannel\nActionID: {id}\n{up}\n\n"));
            says("EventList: start")
                + &up.collect::<String>()
                + &format!("Event: CoreShowChannelsComplete\nActionID: {id}\nEventList: Complete\n\n")
        }
        _ => says("Ping: Pong"),
    }
}

/// An office whose server listens to the PBX and watches its folder.
pub struct Office {
    office: crate::office::Office,
    pub pbx: Pbx,
}

impl Office {
    pub fn open() -> Office {
        Office::with("")
    }

    /// With these lines in `[[folders]]`.
    pub fn with(lines: &str) -> Office {
        let pbx = Pbx::start();
        let settings = format!(
            "[[folders]]\nmonitor_dir = {MONITOR:?}\nmachine = \"pbx1\"\nzone = \"UTC\"\n{lines}\n\
             [asterisk]\nsecret = \"secret\"\naddress = \"{}\"\n",
            pbx.address
        );
        let mut office = crate::office::Office::new(&settings);
        office.start();
        Office { office, pbx }
    }

    /// What the status says of the PBX.
    pub fn status(&self) -> serde_json::Value {
        self.source("asterisk")
    }
}

impl Deref for Office {
    type Target = crate::office::Office;

    fn deref(&self) -> &crate::office::Office {
        &self.office
    }
}

impl DerefMut for Office {
    fn deref_mut(&mut self) -> &mut crate::office::Office {
        &mut self.office
    }
}

/// Unix seconds.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs().cast_signed()
}
