//! How a blueprint is written as bytes: member after member, lengths before what they count, nothing else.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// What can be written as bytes and read again.
pub trait Code: Sized {
    /// Adds it to `output`.
    fn write(&self, output: &mut Vec<u8>);

    /// Takes it from the beginning of `input`; none where it is not there.
    fn read(input: &mut &[u8]) -> Option<Self>;

    /// Its bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut output = Vec::new();
        self.write(&mut output);
        output
    }
}

fn take<'a>(input: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(taken)
}

impl Code for u8 {
    fn write(&self, output: &mut Vec<u8>) {
        output.push(*self);
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        take(input, 1)?.first().copied()
    }
}

impl Code for bool {
    fn write(&self, output: &mut Vec<u8>) {
        output.push(u8::from(*self));
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        Some(u8::read(input)? != 0)
    }
}

impl Code for i32 {
    fn write(&self, output: &mut Vec<u8>) {
        output.extend(self.to_le_bytes());
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        take(input, 4)?.try_into().ok().map(Self::from_le_bytes)
    }
}

/// A number of elements or bytes. What is longer than 4 GB is beyond any pack.
impl Code for usize {
    fn write(&self, output: &mut Vec<u8>) {
        output.extend(u32::try_from(*self).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        let bytes = take(input, 4)?.try_into().ok()?;
        Self::try_from(u32::from_le_bytes(bytes)).ok()
    }
}

impl Code for String {
    fn write(&self, output: &mut Vec<u8>) {
        self.len().write(output);
        output.extend(self.as_bytes());
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        let length = usize::read(input)?;
        core::str::from_utf8(take(input, length)?).ok().map(str::to_owned)
    }
}

impl<T: Code> Code for Vec<T> {
    fn write(&self, output: &mut Vec<u8>) {
        self.len().write(output);
        self.iter().for_each(|element| element.write(output));
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        let length = usize::read(input)?;
        (0..length).map(|_| T::read(input)).collect()
    }
}

impl<T: Code> Code for Option<T> {
    fn write(&self, output: &mut Vec<u8>) {
        self.is_some().write(output);
        self.iter().for_each(|value| value.write(output));
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        if bool::read(input)? { T::read(input).map(Some) } else { Some(None) }
    }
}

impl<A: Code, B: Code> Code for (A, B) {
    fn write(&self, output: &mut Vec<u8>) {
        self.0.write(output);
        self.1.write(output);
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        Some((A::read(input)?, B::read(input)?))
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

            fn read(input: &mut &[u8]) -> Option<Self> {
                Some(Self { $($member: <$type>::read(input)?,)* })
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

            fn read(input: &mut &[u8]) -> Option<Self> {
                let found = u8::read(input)?;
                let mut number = 0_u8;
                $(
                    if found == number {
                        return Some($name::$case $((<$type>::read(input)?))?);
                    }
                    number += 1;
                )*
                let _ = number;
                None
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
        let whole = ((check, policies), ((pieces, Cardinality::AnyNumber), (-5_i32, vec![0_u8, 255])));
        let bytes = whole.to_bytes();
        let mut input = bytes.as_slice();
        assert_eq!(Code::read(&mut input), Some(whole.clone()));
        assert!(input.is_empty());
        for short in 0..bytes.len() {
            let mut input = bytes.get(..short).unwrap_or_default();
            assert_ne!(Code::read(&mut input), Some(whole.clone()));
        }
    }
}
