//! What the API sends as it is, described where it is declared.

/// A field of something that the API sends.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// Whether it is a text; else it is a whole number.
    pub is_text: bool,
    /// Whether it may be null.
    pub may_be_null: bool,
    /// What it holds, with its unit; as its doc comment has it.
    pub doc: &'static str,
}

/// Something of which the API's description tells each field.
pub trait Described {
    /// Its fields, in the order in which they are sent.
    const FIELDS: &'static [Field];
}

/// A type that a field of [`Described`] may have.
pub trait FieldType {
    /// Whether it is a text.
    const IS_TEXT: bool;
    /// Whether it may be null.
    const MAY_BE_NULL: bool = false;
}

impl FieldType for i64 {
    const IS_TEXT: bool = false;
}

impl FieldType for Option<i64> {
    const IS_TEXT: bool = false;
    const MAY_BE_NULL: bool = true;
}

impl FieldType for String {
    const IS_TEXT: bool = true;
}

/// Declares a struct that the API sends. The doc comments of its fields are what the API's description says of them.
macro_rules! described {
    ($(#[$about:meta])* $vis:vis struct $name:ident { $($(#[doc = $doc:literal])+ pub $field:ident: $type:ty,)+ }) => {
        $(#[$about])*
        $vis struct $name { $($(#[doc = $doc])+ pub $field: $type,)+ }

        impl $crate::model::Described for $name {
            const FIELDS: &'static [$crate::model::Field] = &[$($crate::model::Field {
                name: stringify!($field),
                is_text: <$type as $crate::model::FieldType>::IS_TEXT,
                may_be_null: <$type as $crate::model::FieldType>::MAY_BE_NULL,
                doc: concat!($($doc),+),
            }),+];
        }
    };
}
pub(crate) use described;
