//! Every function of the API, declared once: how it is routed, described and logged follows.

use super::recordings::{changes, export, get, list, peaks, summary};
use super::wire::function::Answer::{Done, Events, Export, Made, One, Rows, RowsOr, Sound};
use super::wire::function::{Function, function};
use super::{audit, events, groups, members, people, session, status};

/// The two base paths of the one API.
pub const BASES: [&str; 2] = ["/api/json", "/local/api/json"];

/// The functions: path, handler (whose argument says who may call), parameters, answer, what they are for.
///
/// To add a function, give it a line here, and a handler whose argument says who may call it. What it takes is a constant
/// beside the handler, which reads it into a request of its own; what it sends is a struct that describes itself
/// (`described!`), by its name in openapi/schemas.rs.
#[rustfmt::skip]
pub fn functions() -> Vec<Function> {
    vec![
        function("recording/recordings/list",       list::list,               list::LIST,               RowsOr("Recording", "Totals"), "Recordings that match, or how many").with_about(list::ABOUT),
        function("recording/recordings/summary",    summary::summary,         summary::SUMMARY,         Rows("Interval"),              "Calls over time: how many, and how long together"),
        function("recording/recordings/get",        get::get,                 get::GET,                 Sound("RecordingWithSound"),   "One recording: its row, its sound, or both").with_head(get::get).with_files(get::wants_file).with_about(get::ABOUT),
        function("recording/recordings/peaks",      peaks::peaks,             peaks::PEAKS,             One("Waveform"),               "The outline of a recording's sound, to draw").with_about(peaks::ABOUT),
        function("recording/recordings/update",     changes::update,          changes::UPDATE,          Done,                          "Changes how long a recording is kept").with_about(changes::UPDATE_ABOUT),
        function("recording/recordings/copy",       changes::copy,            changes::COPY,            Done,                          "Files a recording under another group too").with_about(changes::COPY_ABOUT),
        function("recording/recordings/delete",     changes::delete,          changes::DELETE,          Done,                          "Deletes a recording, with its sound").with_about(changes::DELETE_ABOUT),
        function("recording/recordings/export",     export::export,           export::EXPORT,           Export,                        "A file with the recordings that match, or that are named").with_about(export::ABOUT),
        function("recording/groups/list",           groups::list,             groups::LIST,             Rows("Group"),                 "The record groups that you see"),
        function("recording/groups/get",            groups::get,              groups::GET,              One("Group"),                  "One record group"),
        function("recording/groups/create",         groups::create,           groups::CREATE,           Made("Created"),               "Adds a record group"),
        function("recording/groups/update",         groups::update,           groups::UPDATE,           Done,                          "Changes a record group").with_about(groups::UPDATE_ABOUT),
        function("recording/groups/delete",         groups::delete,           groups::DELETE,           Done,                          "Deletes a record group that has no recordings"),
        function("recording/groups/members/list",   members::list,            members::LIST,            Rows("Member"),                "Who is a member of a record group"),
        function("recording/groups/members/add",    members::add,             members::SET,             Done,                          "Makes somebody a member of a record group"),
        function("recording/groups/members/remove", members::remove,          members::SET,             Done,                          "Ends somebody's membership of a record group"),
        function("people/list",                     people::list,             people::LIST,             RowsOr("Listed", "Count"),     "Who may log in, or how many"),
        function("people/create",                   people::create,           people::CREATE,           Made("Created"),               "Adds somebody who may log in").with_about(people::ABOUT),
        function("people/update",                   people::update,           people::UPDATE,           Done,                          "Changes somebody; a new role or customer logs them out").with_about(people::ABOUT),
        function("people/password/update",          people::password_update,  people::PASSWORD_UPDATE,  Done,                          "Sets somebody else's password, which logs them out"),
        function("people/delete",                   people::delete,           people::DELETE,           Done,                          "Deletes somebody who may log in").with_about(people::ABOUT),
        function("roles/list",                      people::roles,            &[],                      Rows("Role"),                  "The roles and what they allow"),
        function("customers/list",                  people::customers,        &[],                      Rows("Customer"),              "The customers that you see"),
        function("events",                          events::events,           events::EVENTS,           Events,                        "What happens to recordings, as it happens").with_about(events::ABOUT),
        function("status/get",                      status::get,              &[],                      One("Status"),                 "What is wrong, how the sources of recordings are doing, and how much room there is"),
        function("status/alerts/list",              status::alerts,           &[],                      Rows("Alert"),                 "What is wrong at the moment, the worst first"),
        function("audit/list",                      audit::list,              audit::LIST,              Rows("Entry"),                 "Who did what and who heard what, newest first").with_about(audit::ABOUT),
        function("user/login",                      session::login,           session::LOGIN,           One("Person"),                 "Who you are; with a token or a session if you want one").with_about(session::LOGIN_ABOUT),
        function("user/logout",                     session::logout,          &[],                      Done,                          "Ends the token or session that it is called with"),
        function("user/password/update",            session::password_update, session::PASSWORD_UPDATE, Done,                          "Changes your own password"),
    ]
}
