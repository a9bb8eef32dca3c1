//! A plan of calls: kinds of call that offices have, beside those of `calls.rs`, each with the rows that it must make. They are
//! made with the lab's settings and with those that `tapeline asterisk check` prints.
//!
//! | file | subject |
//! |---|---|
//! | `kind.rs` | a kind of call, how it is made, and a row that it should make |
//! | `witness.rs` | what a second client of the manager interface heard of a recording |
//! | `verdict.rs` | what is wrong with the rows |
//! | `inward.rs`, `queues.rs`, `outward.rs` | calls from outside, calls in queues, calls of phones |
//! | `found.rs` | calls that Tapeline finds or leaves in their middle |
//! | `open.rs` | what is known to be wrong still |
//!
//! What is known to be wrong still is said loudly each time, and is no failure; nor is what is no longer wrong.

mod found;
mod inward;
mod kind;
mod open;
mod outward;
mod queues;
mod verdict;
mod witness;

use std::thread;
use std::time::Duration;

use crate::ami::Ami;
use crate::lab::{Lab, Root, Settings};
use crate::on_both;
use crate::shared::Office;
use crate::waiting::take;
use kind::Kind;

on_both!(
    every_kind_of_call_of_the_plan_makes_the_row_that_it_should,
    what_goes_on_when_tapeline_starts_is_what_it_would_have_heard
);
on_both!(torture: with_settings_that_say_more_too, what_goes_on_is_right_with_settings_that_say_more_too);

fn torture() -> bool {
    std::env::var_os("TAPELINE_TORTURE").is_some()
}

/// All of them, or those with which most went wrong.
fn kinds() -> Vec<Kind> {
    let all = inward::kinds().into_iter().chain(queues::kinds()).chain(outward::kinds());
    all.filter(|kind| torture() || kind.short).collect()
}

fn every_kind_of_call_of_the_plan_makes_the_row_that_it_should(root: &'static Root) {
    made_and_listed(root, Settings::Printed);
}

fn with_settings_that_say_more_too(root: &'static Root) {
    made_and_listed(root, Settings::Lab);
}

fn made_and_listed(root: &'static Root, settings: Settings) {
    let lab = Lab::set_to(settings, root, "UTC", "");
    let office = Office::open(&lab);
    let (kinds, (pbx, peer)) = (kinds(), (Ami::connect(&lab.pbx), Ami::connect(&lab.peer)));
    thread::scope(|scope| {
        for kind in &kinds {
            scope.spawn(|| kind.make(&pbx, &peer));
            take(Duration::from_millis(700));
        }
    });
    lab.pbx.until_all_calls_are_over();
    verdict::is_as_planned(&lab, &office, &pbx, &kinds);
}

/// Tapeline is not there, or dies, while they are made.
fn what_goes_on_when_tapeline_starts_is_what_it_would_have_heard(root: &'static Root) {
    found::found_and_listed(root, Settings::Printed);
}

fn what_goes_on_is_right_with_settings_that_say_more_too(root: &'static Root) {
    found::found_and_listed(root, Settings::Lab);
}
