//! Every way in which a request is refused, and the one table of their codes.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use super::envelope;
use crate::media::Shortage;
use crate::store::StoreError;

/// Seconds to wait for what somebody has to see to, or others give back.
const SHORT: u32 = 10;

/// What to do where the database is not to be had.
const LOCKED: &str =
    "The database is busy, or another program keeps it locked; try again in a moment, or end that program";

/// A parameter at fault and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The parameter; empty for the request as a whole.
    pub key: String,
    /// What to send instead.
    pub message: String,
}

/// What somebody reads: what the terminal says behind the program's name begins with a capital here.
pub fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Why a request gets no data.
#[derive(Debug, thiserror::Error)]
#[error("{self:?}")]
pub enum Refusal {
    /// Every offending parameter.
    Invalid(Vec<Fault>),
    /// Credentials missing or wrong; one message for all.
    Unauthorized,
    /// A session that is shown elsewhere than on our own page.
    Elsewhere,
    /// The role lacks the privilege.
    Forbidden,
    /// No such function.
    NoFunction,
    /// The object does not exist, or is not the caller's to see.
    NotFound(&'static str),
    /// The sound is in a form of which no waveform can be made.
    NoWaveform,
    /// A waveform of the sound takes too long to make.
    LongWaveform,
    /// Objects that do not exist or are not the caller's to see, each with its name.
    Absent(Vec<Fault>),
    /// A method that is not among these.
    Method(String),
    /// None of the encodings that an answer can have is accepted.
    NotAcceptable,
    /// The body is compressed.
    Encoded,
    /// Too many wrong passwords; seconds to wait.
    Throttled(i64),
    /// Too many usernames that strangers have; seconds to wait.
    Names(i64),
    /// Our fault; the error id under which the log tells more.
    Internal(String),
    /// Too much at once; seconds to wait.
    Busy(u32),
    /// The database was not to be had in time; seconds to wait.
    Locked(u32),
    /// The system has run out of something.
    Short(Shortage),
    /// The query was ended before it had its answer. No client sees this: it is gone, or the query runs again on a
    /// thread with more time.
    TakesLong,
}

impl Refusal {
    /// One parameter at fault.
    pub fn invalid(key: &str, message: impl Into<String>) -> Refusal {
        Refusal::Invalid(vec![Fault { key: key.into(), message: message.into() }])
    }

    /// All is well, or every fault.
    pub fn if_any(faults: Vec<Fault>) -> Result<(), Refusal> {
        if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
    }

    /// Logs what happened under a new error id, and gives the refusal that names it.
    pub fn internal(error: &dyn std::fmt::Display) -> Refusal {
        let mut bytes = [0; 4];
        let _ = getrandom::fill(&mut bytes);
        let id = format!("{:08x}", u32::from_ne_bytes(bytes));
        tracing::error!(id, "a request failed: {error}");
        Refusal::Internal(id)
    }

    /// What an error of the system is for whoever asks: something that has run out, or else our fault.
    pub fn of_system(error: &std::io::Error) -> Refusal {
        match Shortage::of(error) {
            Some(shortage) => Refusal::short(shortage, error),
            None => Refusal::internal(error),
        }
    }

    /// Logs what has run out, and gives the refusal.
    pub fn short(shortage: Shortage, error: &dyn std::fmt::Display) -> Refusal {
        tracing::error!("a request is refused for now: {error}");
        Refusal::Short(shortage)
    }

    /// Code, key and message of each entry of the envelope.
    pub fn entries<'a>(&'a self) -> Vec<(StatusCode, &'a str, String)> {
        let one = |code: StatusCode, key, message: &str| vec![(code, key, message.to_owned())];
        let each = |code: StatusCode, faults: &'a [Fault]| {
            faults.iter().map(|fault| (code, &*fault.key, fault.message.clone())).collect()
        };
        match self {
            Refusal::Invalid(faults) => each(StatusCode::BAD_REQUEST, faults),
            Refusal::Absent(faults) => each(StatusCode::NOT_FOUND, faults),
            Refusal::Unauthorized => {
                one(StatusCode::UNAUTHORIZED, "", "Log in: credentials are missing or wrong")
            }
            Refusal::Elsewhere => one(StatusCode::UNAUTHORIZED, "", ELSEWHERE),
            Refusal::Forbidden => one(StatusCode::PAYMENT_REQUIRED, "", "Your role does not allow this"),
            Refusal::NoFunction => one(StatusCode::NOT_FOUND, "", "There is no such function"),
            Refusal::NotFound("path") => {
                one(StatusCode::NOT_FOUND, "path", "There is no sound of this recording")
            }
            Refusal::NoWaveform => one(
                StatusCode::NOT_FOUND,
                "path",
                "No waveform can be made of this sound: its format is not known",
            ),
            Refusal::LongWaveform => {
                one(StatusCode::NOT_FOUND, "path", "No waveform is made of this sound: it takes too long")
            }
            Refusal::NotFound(key) => one(StatusCode::NOT_FOUND, key, "There is no such object"),
            Refusal::Method(allowed) => {
                one(StatusCode::METHOD_NOT_ALLOWED, "", &format!("Use one of these methods: {allowed}"))
            }
            Refusal::NotAcceptable => one(
                StatusCode::NOT_ACCEPTABLE,
                "",
                "Accept-Encoding allows none of br, gzip, deflate, zstd and identity",
            ),
            Refusal::Encoded => one(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "",
                "Send the body as it is: no Content-Encoding is read here",
            ),
            Refusal::Throttled(seconds) | Refusal::Names(seconds) => {
                let is_login = matches!(self, Refusal::Throttled(_));
                let what = if is_login { "failed logins" } else { "usernames that somebody has" };
                let message = format!("Too many {what}; try again in {seconds} seconds");
                one(StatusCode::TOO_MANY_REQUESTS, "", &message)
            }
            Refusal::Internal(id) => {
                let message = format!("Something went wrong here; the log tells more about error {id}");
                one(StatusCode::INTERNAL_SERVER_ERROR, "", &message)
            }
            Refusal::Short(shortage) => one(StatusCode::SERVICE_UNAVAILABLE, "", advice(*shortage)),
            Refusal::Locked(_) => one(StatusCode::SERVICE_UNAVAILABLE, "", LOCKED),
            Refusal::Busy(_) | Refusal::TakesLong => {
                one(StatusCode::SERVICE_UNAVAILABLE, "", "Too much at once; try again in a moment")
            }
        }
    }
}

const ELSEWHERE: &str = "The address of this page is not known here as the server's own, or a change was not sent by POST. \
     Let the proxy in front pass the Host, or set public_url; the log names both addresses";

fn advice(shortage: Shortage) -> &'static str {
    match shortage {
        Shortage::Descriptors => {
            "Too many files and connections are open: try again in a moment; if it comes again, raise LimitNOFILE of the \
             service (ulimit -n)"
        }
        Shortage::Room => {
            "The disk is full: free some space on the machine that Tapeline runs on, and try again"
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        match error {
            StoreError::Busy => Refusal::Locked(1),
            StoreError::Refused(message) => Refusal::invalid("", message),
            StoreError::Cancelled => Refusal::TakesLong,
            StoreError::Full => Refusal::short(Shortage::Room, &error),
            StoreError::Other(_) => Refusal::internal(&error),
        }
    }
}

impl From<tokio::task::JoinError> for Refusal {
    fn from(error: tokio::task::JoinError) -> Refusal {
        Refusal::internal(&error)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.entries().first().map_or(StatusCode::INTERNAL_SERVER_ERROR, |(code, ..)| *code)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Refusal::Throttled(seconds) | Refusal::Names(seconds) => {
                response.insert_header((header::RETRY_AFTER, seconds.to_string()))
            }
            Refusal::Short(_) => response.insert_header((header::RETRY_AFTER, SHORT.to_string())),
            Refusal::Busy(seconds) | Refusal::Locked(seconds) => {
                response.insert_header((header::RETRY_AFTER, seconds.to_string()))
            }
            Refusal::Unauthorized | Refusal::Elsewhere => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"))
            }
            Refusal::Method(allowed) => response.insert_header((header::ALLOW, allowed.as_str())),
            Refusal::NotAcceptable => response.insert_header((header::VARY, "accept-encoding")),
            Refusal::Encoded => response.insert_header((header::ACCEPT_ENCODING, "identity")),
            _ => &mut response,
        };
        let entries = self.entries();
        let entries =
            entries.iter().map(|(code, key, message)| envelope::Entry { code: code.as_str(), key, message });
        response.content_type(envelope::JSON).body(envelope::refusal(entries))
    }
}
