//! How much of what comes on a connection is passed on: one request at a time, and of a body no more than is read.
//!
//! actix-http takes whatever has come: 128 KiB of a body that nobody reads yet, and requests behind the one that is being
//! answered. Of a HEAD among these it makes the answer before it one without a body, since it knows a connection's last
//! request only.

use std::cell::RefCell;
use std::task::Waker;

use super::chunks::Chunks;

/// Bytes of a body that may be under way to whoever reads it.
const ALLOWED: usize = 32 << 10;

/// What is behind a head.
pub(super) enum Left {
    /// So many bytes.
    Length(u64),
    Chunks(Chunks),
    /// Whatever comes.
    Endless,
}

/// Where in a connection's bytes one is.
enum Stage {
    /// In a head, or before it.
    Head(HeadEnd),
    /// Behind a head that nobody has looked at: a body may follow.
    Unknown,
    /// Behind a request that is being answered.
    Behind,
    /// In a body. `answered`: what is left of it interests nobody.
    Body { left: Left, answered: bool },
}

struct State {
    stage: Stage,
    /// Bytes of the body that may still be passed.
    allowed: usize,
    waiting: Option<Waker>,
}

/// The gate of a connection.
pub(super) struct Gate(RefCell<State>);

impl Gate {
    pub(super) fn new() -> Gate {
        let stage = Stage::Head(HeadEnd::Before);
        Gate(RefCell::new(State { stage, allowed: 0, waiting: None }))
    }

    /// How many of the bytes may pass now; they count as passed.
    pub(super) fn pass(&self, bytes: &[u8]) -> usize {
        let state = &mut *self.0.borrow_mut();
        let (passed, over) = match &mut state.stage {
            Stage::Unknown | Stage::Behind => return 0,
            Stage::Head(end) => {
                let found = bytes.iter().position(|byte| end.is_behind(*byte));
                (found.map_or(bytes.len(), |at| at + 1), found.map(|_| Stage::Unknown))
            }
            Stage::Body { left, answered } => {
                let (passed, over) = left.take(&bytes[..bytes.len().min(state.allowed)]);
                state.allowed -= passed;
                let next = if *answered { Stage::Head(HeadEnd::Before) } else { Stage::Behind };
                (passed, over.then_some(next))
            }
        };
        if let Some(next) = over {
            state.stage = next;
        }
        passed
    }

    /// Whether a request is still coming: its end has not passed.
    pub(super) fn is_in_request(&self) -> bool {
        matches!(self.0.borrow().stage, Stage::Unknown | Stage::Body { .. })
    }

    /// Whether the end of all that comes may pass, with nothing left before it (`alone`) or something. One that came with a
    /// request is that of a sender who waits for the answer (`waits`); a later one, of a sender who is gone.
    pub(super) fn ends(&self, alone: bool, waits: bool) -> bool {
        match self.0.borrow().stage {
            Stage::Head(_) | Stage::Body { .. } => alone,
            Stage::Unknown => false,
            Stage::Behind => !waits,
        }
    }

    /// Calls when more may pass.
    pub(super) fn wait(&self, waker: &Waker) {
        self.0.borrow_mut().waiting = Some(waker.clone());
    }

    /// A request is being answered; its body follows.
    pub(super) fn begin(&self, body: Option<Left>) {
        let stage = body.map_or(Stage::Behind, |left| Stage::Body { left, answered: false });
        self.change(|state| (state.stage, state.allowed) = (stage, ALLOWED));
    }

    /// So much of the body was read.
    pub(super) fn read(&self, bytes: usize) {
        self.change(|state| state.allowed = state.allowed.saturating_add(bytes));
    }

    /// Nobody will read the rest of the body: it is thrown away.
    pub(super) fn unread(&self) {
        self.change(|state| state.allowed = usize::MAX);
    }

    /// The request is answered.
    pub(super) fn end(&self) {
        self.change(|state| match &mut state.stage {
            Stage::Body { answered, .. } => *answered = true,
            stage => *stage = Stage::Head(HeadEnd::Before),
        });
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.0.borrow_mut();
        change(&mut state);
        if let Some(waiting) = state.waiting.take() {
            waiting.wake();
        }
    }
}

impl Left {
    /// How many of the bytes are of the body, and whether it is over with them.
    fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        match self {
            Left::Length(left) => {
                let taken = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= taken as u64;
                (taken, *left == 0)
            }
            Left::Chunks(chunks) => chunks.take(bytes),
            Left::Endless => (bytes.len(), false),
        }
    }
}

/// Finds the empty line behind a head.
enum HeadEnd {
    /// Empty lines before a request line do not count.
    Before,
    InLine,
    LineBegins,
    /// A carriage return at a line's beginning.
    Returned,
}

impl HeadEnd {
    /// Whether a head is over with this byte. A line may end without a carriage return (RFC 9112, section 2.2).
    fn is_behind(&mut self, byte: u8) -> bool {
        *self = match (&self, byte) {
            (HeadEnd::Before, b'\r' | b'\n') => HeadEnd::Before,
            (HeadEnd::LineBegins | HeadEnd::Returned, b'\n') => return true,
            (HeadEnd::LineBegins, b'\r') => HeadEnd::Returned,
            (_, b'\n') => HeadEnd::LineBegins,
            _ => HeadEnd::InLine,
        };
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    /// What passes of the bytes, given in pieces of one length.
    fn passes(gate: &Gate, bytes: &[u8], piece: usize) -> usize {
        let mut passed = 0;
        for piece in bytes.chunks(piece) {
            let now = gate.pass(piece);
            passed += now;
            if now < piece.len() {
                break;
            }
        }
        passed
    }

    #[test]
    fn one_request_passes_and_the_next_when_it_is_answered() {
        let two = [b"\r\n", GET, b"HEAD / HTTP/1.1\n\n", GET].concat();
        for piece in [1, 2, 3, 1000] {
            let gate = Gate::new();
            let mut at = 0;
            for length in [2 + GET.len(), 17, GET.len()] {
                assert_eq!(passes(&gate, &two[at..], piece), length);
                assert_eq!(gate.pass(&two[at + length..]), 0);
                gate.begin(None);
                assert_eq!(gate.pass(&two[at + length..]), 0);
                gate.end();
                at += length;
            }
        }
    }

    #[test]
    fn of_a_body_no_more_passes_than_is_read() {
        let gate = Gate::new();
        gate.pass(GET);
        gate.begin(Some(Left::Length(100_000)));
        let body = [vec![b'a'; 100_000], GET.to_vec()].concat();
        assert_eq!(gate.pass(&body), ALLOWED);
        assert!(gate.pass(&body) == 0 && gate.is_in_request());
        gate.read(10);
        assert_eq!(gate.pass(&body), 10);
        gate.unread();
        assert_eq!(gate.pass(&body[ALLOWED + 10..]), 100_000 - ALLOWED - 10);
        assert!(gate.pass(GET) == 0 && !gate.is_in_request());
        gate.end();
        assert_eq!(gate.pass(GET), GET.len());
    }

    #[test]
    fn what_is_left_of_a_body_when_it_is_answered_passes_before_the_next_request() {
        for (left, rest) in
            [(Left::Length(5), &b"abcde"[..]), (Left::Chunks(Chunks::default()), b"5\r\nabcde\r\n0\r\n\r\n")]
        {
            let gate = Gate::new();
            gate.pass(GET);
            gate.begin(Some(left));
            gate.unread();
            gate.end();
            let all = [rest, GET, GET].concat();
            assert_eq!(gate.pass(&all), rest.len());
            assert_eq!(gate.pass(&all[rest.len()..]), GET.len());
            assert_eq!(gate.pass(GET), 0);
        }
    }
}
