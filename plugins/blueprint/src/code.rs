//! How a blueprint is written as bytes: member after member, lengths before what they count, nothing else.
//!
//! Every user's host compiles what reads them, so that is kept small: bytes that are no blueprint are told at the end and
//! not on the way. What is missing reads as nothing, an empty text, the first of the choices.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// What can be written as bytes and read again.
pub trait Code: Sized {
    /// Adds it to `output`.
    fn write(&self, output: &mut Vec<u8>);

    /// Takes it from the beginning of `input`.
    fn read(input: &mut Input<'_>) -> Self;

    /// Its bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut output = Vec::new();
        self.write(&mut output);
        output
    }
}

/// Bytes that are being read.
#[derive(Debug)]
pub struct Input<'a> {
    rest: &'a [u8],
    /// Whether all that was read so far was there.
    is_sound: bool,
}

impl<'a> Input<'a> {
    /// Nothing of these is read yet.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, is_sound: true }
    }

    /// Whether all that was read was there, and nothing is left.
    pub fn was_whole(&self) -> bool {
        self.is_sound && self.rest.is_empty()
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            self.spoil();
            return &[];
        };
        self.rest = rest;
        taken
    }

    /// Up to four bytes as a number, the lowest first.
    fn number(&mut self, length: usize) -> u32 {
        self.take(length).iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
    }

    /// Notes that these bytes are something else. Nothing is left of them, so that whatever counts on more comes to an end.
    pub(crate) fn spoil(&mut self) {
        self.is_sound = false;
        self.rest = &[];
    }
}

impl Code for u8 {
    fn write(&self, output: &mut Vec<u8>) {
        output.push(*self);
    }

    fn read(input: &mut Input<'_>) -> Self {
        input.number(1) as Self
    }
}

impl Code for bool {
    fn write(&self, output: &mut Vec<u8>) {
        output.push(u8::from(*self));
    }

    fn read(input: &mut Input<'_>) -> Self {
        input.number(1) != 0
    }
}

impl Code for i32 {
    fn write(&self, output: &mut Vec<u8>) {
        output.extend(self.to_le_bytes());
    }

    fn read(input: &mut Input<'_>) -> Self {
        input.number(4).cast_signed()
    }
}

/// A number of elements or bytes. What is longer than 4 GB is beyond any pack.
impl Code for usize {
    fn write(&self, output: &mut Vec<u8>) {
        output.extend(u32::try_from(*self).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn read(input: &mut Input<'_>) -> Self {
        input.number(4) as Self
    }
}

impl Code for String {
    fn write(&self, output: &mut Vec<u8>) {
        self.len().write(output);
        output.extend(self.as_bytes());
    }

    fn read(input: &mut Input<'_>) -> Self {
        let length = usize::read(input);
        let text = core::str::from_utf8(input.take(length));
        text.map_or_else(
            |_| {
                input.spoil();
                Self::new()
            },
            str::to_owned,
        )
    }
}

impl<T: Code> Code for Vec<T> {
    fn write(&self, output: &mut Vec<u8>) {
        self.len().write(output);
        self.iter().for_each(|element| element.write(output));
    }

    fn read(input: &mut Input<'_>) -> Self {
        let length = usize::read(input);
        if length > input.rest.len() {
            // There is no element without a byte.
            input.spoil();
            return Self::new();
        }
        (0..length).map(|_| T::read(input)).collect()
    }
}

impl<T: Code> Code for Option<T> {
    fn write(&self, output: &mut Vec<u8>) {
        self.is_some().write(output);
        self.iter().for_each(|value| value.write(output));
    }

    fn read(input: &mut Input<'_>) -> Self {
        bool::read(input).then(|| T::read(input))
    }
}

impl<A: Code, B: Code> Code for (A, B) {
    fn write(&self, output: &mut Vec<u8>) {
        self.0.write(output);
        self.1.write(output);
    }

    fn read(input: &mut Input<'_>) -> Self {
        (A::read(input), B::read(input))
    }
}

/// A struct that is written member by member.
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$member_meta:meta])* pub $member:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[$member_meta])* pub $member: $type,)* }

        impl $crate::Code for $name {
            fn write(&self, output: &mut alloc::vec::Vec<u8>) {
                $(self.$member.write(output);)*
            }

            fn read(input: &mut $crate::code::Input<'_>) -> Self {
                Self { $($member: <$type>::read(input),)* }
            }
        }
    };
}

/// An enum whose cases hold one thing or nothing, written as the case's number and that thing.
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$case_meta:meta])* $case:ident $(($type:ty))?,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name { $($(#[$case_meta])* $case $(($type))?,)* }

        impl $crate::Code for $name {
            fn write(&self, output: &mut alloc::vec::Vec<u8>) {
                let mut number = 0_u8;
                $(
                    if let $crate::code::pattern!(inner, $name::$case $(, $type)?) = self {
                        output.push(number);
                        $(<$type as $crate::Code>::write(inner, output);)?
                        return;
                    }
                    number += 1;
                )*
                let _ = number;
            }

            fn read(input: &mut $crate::code::Input<'_>) -> Self {
                let found = u8::read(input);
                let mut number = 0_u8;
                $(
                    if found == number {
                        return $name::$case $((<$type>::read(input)))?;
                    }
                    number += 1;
                )*
                let _ = number;
                input.spoil();
                Self::read(input)
            }
        }
    };
}

/// The pattern of one case, with what it holds under the given name.
macro_rules! pattern {
    ($inner:ident, $name:ident::$case:ident) => {
        $name::$case
    };
    ($inner:ident, $name:ident::$case:ident, $type:ty) => {
        $name::$case($inner)
    };
}

pub(crate) use {choice, pattern, record};

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::*;
    use crate::{Cardinality, Check, ListPolicy, Piece, Severity, Text};

    fn read<T: Code>(bytes: &[u8]) -> Option<T> {
        let mut input = Input::new(bytes);
        let read = T::read(&mut input);
        input.was_whole().then_some(read)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let check = Check {
            holds: "answers.port > 1024".to_string(),
            message: Text::Jinja("{{ answers.port }} is too low".to_string()),
            answer: Some("/port".to_string()),
            help: None,
            severity: Severity::Warning,
        };
        let policies = vec![ListPolicy::Unite, ListPolicy::ByKey("name".to_string()), ListPolicy::Replace];
        let pieces = vec![Piece::Json("{".to_string()), Piece::Expression("a".to_string())];
        type Whole = ((Check, Vec<ListPolicy>), ((Vec<Piece>, Cardinality), (i32, Vec<u8>)));
        let whole: Whole = ((check, policies), ((pieces, Cardinality::AnyNumber), (-5_i32, vec![0_u8, 255])));
        let bytes = whole.to_bytes();
        assert_eq!(read(&bytes), Some(whole));
        assert_eq!(read(&[&bytes[..], &[0]].concat()), None::<Whole>);
        for short in 0..bytes.len() {
            assert_eq!(read(bytes.get(..short).unwrap_or_default()), None::<Whole>, "{short}");
        }
    }

    #[test]
    fn bytes_that_are_no_blueprint_are_told() {
        assert_eq!(read(&[3]), None::<Severity>);
        assert_eq!(read(&[1, 0, 0, 0, 0xff]), None::<String>);
        // A length beyond all memory takes none.
        assert_eq!(read(&[0xff; 4]), None::<Vec<String>>);
    }
}
