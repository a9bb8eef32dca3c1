//! What a second client heard.

use tapeline::ingest::ami::Message;

use super::kind::Kind;

/// The time of each event, and the event.
pub struct Witness(pub Vec<(f64, Message)>);

/// Of one recording.
pub struct Heard {
    /// When it was announced first, and when it was over.
    pub began: f64,
    pub ended: Option<f64>,
    /// Seconds that the records of its channels count as spoken.
    pub billed: i64,
}

impl Witness {
    /// Of the recording at this path. `whole`: a stop is not its end.
    pub fn heard(&self, path: &str, whole: bool) -> Option<Heard> {
        let announced = |event: &Message| {
            event.text("Variable") == "MIXMONITOR_FILENAME" && event.text("Value").ends_with(path)
        };
        let all: Vec<&(f64, Message)> = self.0.iter().filter(|(_, event)| announced(event)).collect();
        let ((began, _), (_, announcement)) = (all.first()?, all.last()?);
        // Several events are heard at one time: what came before is no end.
        let last = self.0.iter().rposition(|(_, event)| announced(event))?;
        let is_end = |event: &Message| {
            let name = event.event();
            event.text("Uniqueid") == announcement.text("Uniqueid")
                && (name == "Hangup" || (name == "MixMonitorStop" && !whole))
        };
        let ended = self.0[last..].iter().find(|(_, event)| is_end(event)).map(|(at, _)| *at);
        let mut channels: Vec<String> =
            all.iter().map(|(_, event)| event.text("Uniqueid").into_owned()).collect();
        channels.dedup();
        let billed = channels.iter().map(|channel| self.billed(channel)).sum();
        Some(Heard { began: *began, ended, billed })
    }

    fn billed(&self, channel: &str) -> i64 {
        let records = self.0.iter().filter(|(_, event)| {
            event.event() == "Cdr"
                && event.text("UniqueID") == channel
                && event.text("Disposition") == "ANSWERED"
        });
        records.filter_map(|(_, event)| event.text("BillableSeconds").parse::<i64>().ok()).sum()
    }

    /// The name in Latin-1 that the PBX heard of this caller: as it is meant, or as the PBX itself mended it, as newer ones do.
    pub fn latin(&self, kind: &Kind) -> Option<String> {
        let (_, event) = self.0.iter().find(|(_, event)| kind.from == "odd" && kind.began(event))?;
        let untouched = event.bytes().windows(6).any(|bytes| bytes == b"J\xfcrgen");
        Some(if untouched { "Jürgen Müller".into() } else { event.unescaped("CallerIDName") })
    }

    /// The linkedid of each channel that is such a one.
    pub fn call(&self, began: impl Fn(&Message) -> bool) -> Vec<String> {
        let all = self.0.iter().filter(|(_, event)| began(event));
        all.map(|(_, event)| event.text("Linkedid").into_owned()).collect()
    }
}
