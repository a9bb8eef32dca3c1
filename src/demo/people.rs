//! Who works in the office, and the folders that their calls go to.

use crate::model::{Customer, Group};

/// The shipping agents.
const SHIPPING: i64 = 1;
/// The clinic.
const CLINIC: i64 = 2;

/// Someone who may log in, before the database has given an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoPerson {
    /// Home customer.
    pub customer: i64,
    /// The name to log in with: ASCII, and unlike any other of the demo.
    pub username: String,
    /// The name that people know, in their own script.
    pub name: String,
    /// The role's name.
    pub role: String,
    /// The telephone on the desk; not a column, but calls are made from it.
    pub extension: String,
    /// Ids of the groups that the person is a member of.
    pub groups: Vec<i64>,
    /// Ids of the groups that the person owns.
    pub owns: Vec<i64>,
}

/// A person as the tables below write it: log-in, name, role, member of, owner of.
type Entry = (&'static str, &'static str, &'static str, &'static [i64], &'static [i64]);

const SHIPPING_PEOPLE: [Entry; 20] = [
    ("astrid", "Astrid Lindqvist", "owner", &[3], &[]),
    ("tomas", "Tomás Ó Briain", "administrator", &[3], &[3]),
    ("yael", "יעל ברק", "supervisor", &[1], &[1]),
    ("dimitra", "Δήμητρα Παππά", "supervisor", &[2], &[2]),
    ("marek", "Marek Dvořák", "supervisor", &[1, 2], &[]),
    ("zoe", "Zoë Achterberg", "agent", &[1], &[]),
    ("khalid", "خالد منصور", "agent", &[1], &[]),
    ("olena", "Олена Коваль", "agent", &[1], &[]),
    ("haruka", "佐藤 春香", "agent", &[1], &[]),
    ("brendan", "Brendan O'Hara", "agent", &[1], &[]),
    ("ines", "Inês Conceição", "agent", &[1], &[]),
    ("samira", "سميرة حداد", "agent", &[1], &[]),
    ("soren", "Søren Kjær", "agent", &[1, 2], &[]),
    ("noa", "נועה שגב", "agent", &[2], &[]),
    ("nikos", "Νίκος Αλεξίου", "agent", &[2], &[]),
    ("wei", "王伟", "agent", &[2], &[]),
    ("agnes", "Ágnes Szűcs", "agent", &[2], &[]),
    ("pyotr", "Пётр Ильин", "agent", &[2], &[]),
    ("rob", "Robert \"Bob\" Hale", "agent", &[2], &[]),
    ("hannah", "Hannah Price", "user", &[], &[]),
];

const CLINIC_PEOPLE: [Entry; 20] = [
    ("lucia", "Lucía Fernández", "administrator", &[6], &[6]),
    ("bjorn", "Björn Þórsson", "administrator", &[], &[]),
    ("amir", "אמיר לוי", "supervisor", &[4], &[4]),
    ("eleni", "Ελένη Ιωάννου", "supervisor", &[5], &[5]),
    ("mina", "김민아", "agent", &[4], &[]),
    ("layla", "ليلى شاهين", "agent", &[4], &[]),
    ("jose", "José Ángel Peña", "agent", &[4], &[]),
    ("francoise", "Françoise L'Héritier", "agent", &[4], &[]),
    ("anastasia", "Анастасия Белова", "agent", &[4], &[]),
    ("gus", "Gus D'Angelo", "agent", &[4, 5], &[]),
    ("chiara", "Chiara Nicolò", "agent", &[5], &[]),
    ("yusuf", "يوسف عمر", "agent", &[5], &[]),
    ("tamar", "תמר רוזן", "agent", &[5], &[]),
    ("mehmet", "Mehmet Yıldız", "agent", &[5], &[]),
    ("meiling", "林 美玲", "agent", &[5], &[]),
    ("stavros", "Σταύρος Μελάς", "agent", &[5], &[]),
    ("ewa", "Ewa Wójcik", "agent", &[6], &[]),
    ("dmitri", "Дмитрий Орлов", "agent", &[6], &[]),
    ("ruth", "Ruth \"Ruthie\" Byrne", "agent", &[6], &[]),
    ("owen", "Owen Hughes", "user", &[], &[]),
];

/// The two tenants.
pub(super) fn customers() -> Vec<Customer> {
    [(SHIPPING, "Harbour Lane Shipping"), (CLINIC, "Clínica Alameda")]
        .map(|(id, name)| Customer { id, name: name.into() })
        .into()
}

/// Forty people, twenty a customer.
pub(super) fn people() -> Vec<DemoPerson> {
    let of = |customer: i64, entries: &[Entry]| {
        let numbered = entries.iter().zip(1 + 100 * (customer + 1)..);
        numbered.map(|(entry, extension)| person(customer, extension, entry)).collect::<Vec<_>>()
    };
    [of(SHIPPING, &SHIPPING_PEOPLE), of(CLINIC, &CLINIC_PEOPLE)].concat()
}

fn person(customer: i64, extension: i64, entry: &Entry) -> DemoPerson {
    let (username, name, role, groups, owns) = *entry;
    DemoPerson {
        customer,
        username: username.into(),
        name: name.into(),
        role: role.into(),
        extension: extension.to_string(),
        groups: groups.into(),
        owns: owns.into(),
    }
}

/// Six record groups. Each differs from the usual in something, so that the viewer has something to show.
pub(super) fn groups() -> Vec<Group> {
    vec![
        Group { transcribe: 1, ..group(1, SHIPPING, "Bookings", "Space on the ferries, new and changed") },
        Group {
            expires: 730,
            ..group(2, SHIPPING, "Customs", "Declarations; two years, as the auditor asks")
        },
        Group { fraction: 25, ..group(3, SHIPPING, "Management", "One call in four") },
        Group { record_out: 0, beep: 1, ..group(4, CLINIC, "Reception", "The main number") },
        Group { transcribe: 1, ..group(5, CLINIC, "Appointments", "Made, moved and cancelled") },
        Group {
            expires: 1825,
            record_in: 0,
            ..group(6, CLINIC, "Accounts", "Reminders that we make, five years")
        },
    ]
}

fn group(id: i64, customer: i64, name: &str, description: &str) -> Group {
    let domain = if customer == SHIPPING { "harbourlane.example" } else { "alameda.example" };
    Group {
        id,
        customer,
        name: name.into(),
        description: description.into(),
        email: format!("{}@{domain}", name.to_lowercase()),
        expires: 365,
        fraction: 100,
        beep: 0,
        owner: 0,
        record_in: 1,
        record_out: 1,
        transcribe: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn forty_people_log_in_with_forty_names() {
        let people = people();
        let names: HashSet<_> = people.iter().map(|person| person.username.as_str()).collect();
        let extensions: HashSet<_> = people.iter().map(|person| person.extension.as_str()).collect();
        assert_eq!((people.len(), names.len(), extensions.len()), (40, 40, 40));
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())));
        assert_eq!(people.iter().filter(|person| person.role == "owner").count(), 1);
    }

    #[test]
    fn groups_belong_to_the_customer_of_their_people() {
        let groups = groups();
        for person in people() {
            for id in person.groups.iter().chain(&person.owns) {
                assert!(groups.iter().any(|group| group.id == *id && group.customer == person.customer));
            }
        }
    }

    #[test]
    fn each_group_has_members_and_one_owner() {
        for group in groups() {
            assert!(people().iter().filter(|person| person.groups.contains(&group.id)).count() >= 2);
            assert_eq!(people().iter().filter(|person| person.owns.contains(&group.id)).count(), 1);
        }
    }
}
