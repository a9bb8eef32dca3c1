//! Which of a recording's forms plays, where there are several.

/// Endings of names, the most wanted first. Of what isn't among them, the form that was there first plays.
#[derive(Clone, Debug, Default)]
pub struct FormOrder(Vec<String>);

impl FormOrder {
    /// With these endings.
    pub fn new(endings: &[String]) -> FormOrder {
        FormOrder(endings.iter().map(|ending| ending.trim_start_matches('.').to_ascii_lowercase()).collect())
    }

    /// Its place in the order: the smallest is the most wanted.
    pub(super) fn place(&self, path: &str) -> usize {
        let ending = path.rsplit('.').next().unwrap_or_default();
        let place = self.0.iter().position(|wanted| wanted.eq_ignore_ascii_case(ending));
        place.unwrap_or(self.0.len())
    }

    /// Whether a form is to play instead of another one.
    pub(super) fn is_before(&self, one: &str, other: &str) -> bool {
        self.place(one) < self.place(other)
    }
}
