//! Customers, groups, people and roles: a noun a file.

mod customer;
mod follows;
mod group;
mod people;
mod role;
pub(super) mod which;

pub(super) use customer::{Customer, customer};
pub(super) use group::{Group, group};
pub(super) use people::{User, user};
pub(super) use role::{Role, role};
