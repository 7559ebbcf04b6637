//! What a call carries for people and programs: call variables, expanded call context, wrap-up data.
//!
//! Lives here: the variables that the site has declared, their limits, and what becomes of a change.
//! May not live here: who may change a call's data (`obey`) and how it is written on the wire (`tell`).
//! A change is call data, too: what it does not hold stays as it is (R53). What the routing has written
//! is protected, since everything that is counted by it would no longer be true.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::command::{FailureCode, Refusal};
use super::id::{CallId, CallbackId};
use super::random::mixed;

/// How many call variables there are.
pub const CALL_VARIABLES: usize = 10;

/// The longest value of a call variable, and of wrap-up data, in bytes (as Cisco's peripherals have it).
const LONGEST_VARIABLE: usize = 40;

/// The most that all expanded call context of one call may take, in bytes (failure 73).
const MOST_CONTEXT: usize = 2_000;

/// The call variable that the routing writes: the name of the queue.
const ROUTING_VARIABLE: usize = 0;

/// An expanded call context (ECC) variable that the site has declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name, "user." and the rest.
    pub name: &'static str,
    /// How many elements it has, if it is an array.
    pub elements: Option<u8>,
    /// The longest value, in bytes.
    longest: usize,
    /// Whether only the routing writes it.
    protected: bool,
}

/// Every declared variable of the site.
pub const DECLARED: [Declared; 5] = [
    Declared::scalar("user.customer", 20),
    Declared::scalar("user.language", 5),
    Declared {
        protected: true,
        ..Declared::scalar("user.segment", 20)
    },
    Declared::array("user.history", 3, 40),
    Declared::array("user.notes", 10, 210),
];

const CUSTOMER: u8 = 0;
const LANGUAGE: u8 = 1;
const SEGMENT: u8 = 2;
const HISTORY: u8 = 3;

/// What the routing knows callers by.
const SEGMENTS: [&str; 3] = ["Standard", "Silver", "Gold"];

/// What callers last came for.
const REASONS_TO_CALL: [&str; 4] = ["Order", "Invoice", "Delivery", "Password"];

impl Declared {
    const fn scalar(name: &'static str, longest: usize) -> Self {
        Self {
            name,
            elements: None,
            longest,
            protected: false,
        }
    }

    const fn array(name: &'static str, elements: u8, longest: usize) -> Self {
        Self {
            name,
            elements: Some(elements),
            longest,
            protected: false,
        }
    }
}

/// One declared variable, or one element of a declared array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContextName {
    variable: u8,
    element: Option<u8>,
}

impl ContextName {
    /// The declared variable or element of this name, such as `user.customer` or `user.history[0]`.
    ///
    /// # Errors
    ///
    /// What is not declared, or declared differently, with the documented code.
    pub fn parse(name: &str) -> Result<Self, Refusal> {
        let (base, element) = match name.split_once('[') {
            Some((base, rest)) => (
                base,
                Some(rest.strip_suffix(']').and_then(|index| index.parse().ok())),
            ),
            None => (name, None),
        };
        let found = (0_u8..)
            .zip(&DECLARED)
            .find(|(_, declared)| declared.name.eq_ignore_ascii_case(base));
        match (found, element) {
            (None, None) => Err(UNKNOWN_VARIABLE),
            (None, Some(_)) => Err(UNKNOWN_ARRAY),
            (Some((variable, declared)), None) => match declared.elements {
                None => Ok(Self {
                    variable,
                    element: None,
                }),
                Some(_) => Err(ARRAY_AS_SCALAR),
            },
            (Some((variable, declared)), Some(element)) => match (declared.elements, element) {
                (None, _) => Err(SCALAR_AS_ARRAY),
                (Some(elements), Some(element)) if element < elements => Ok(Self {
                    variable,
                    element: Some(element),
                }),
                (Some(_), _) => Err(NO_ELEMENT),
            },
        }
    }

    fn declared(self) -> Option<&'static Declared> {
        DECLARED.get(usize::from(self.variable))
    }

    /// Whether this is an element of an array.
    pub const fn is_element(self) -> bool {
        self.element.is_some()
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.declared().map_or("", |declared| declared.name))?;
        match self.element {
            Some(element) => write!(formatter, "[{element}]"),
            None => Ok(()),
        }
    }
}

const UNKNOWN_VARIABLE: Refusal = Refusal::new(
    FailureCode::NamedVariableNotConfigured,
    "The site has declared no variable of this name",
);
const UNKNOWN_ARRAY: Refusal = Refusal::new(
    FailureCode::NamedArrayNotConfigured,
    "The site has declared no array of this name",
);
const ARRAY_AS_SCALAR: Refusal = Refusal::new(
    FailureCode::ScalarFunctionOnArray,
    "This is an array; name one of its elements",
);
const SCALAR_AS_ARRAY: Refusal = Refusal::new(
    FailureCode::ArrayFunctionOnScalar,
    "This is no array; it has no elements",
);
const NO_ELEMENT: Refusal = Refusal::new(
    FailureCode::InvalidArrayIndex,
    "The array has no element of this number",
);
const NO_VARIABLE: Refusal = Refusal::new(
    FailureCode::InvalidCallVariableMask,
    "Call variables are numbered from 1 to 10",
);
const PROTECTED: Refusal = Refusal::new(FailureCode::ProtectedVariable, "Only the routing may set this");
const TOO_LONG: Refusal = Refusal::new(
    FailureCode::ValueTooLong,
    "The value is longer than this variable can hold",
);
const TOO_MUCH: Refusal = Refusal::new(
    FailureCode::TooMuchData,
    "All variables of a call together may not exceed 2000 bytes",
);

/// What a call carries; also a change of it, holding only what is to change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CallData {
    variables: [Option<Arc<str>>; CALL_VARIABLES],
    context: BTreeMap<ContextName, Arc<str>>,
    wrap_up: Option<Arc<str>>,
}

impl CallData {
    /// Sets the call variable of this number, counted from 1.
    ///
    /// # Errors
    ///
    /// There is no variable of this number.
    pub fn set_variable(&mut self, number: usize, value: &str) -> Result<(), Refusal> {
        let slot = number
            .checked_sub(1)
            .and_then(|place| self.variables.get_mut(place))
            .ok_or(NO_VARIABLE)?;
        *slot = Some(value.into());
        Ok(())
    }

    /// Sets a declared variable, or an element of a declared array.
    pub fn set_context(&mut self, name: ContextName, value: &str) {
        self.context.insert(name, value.into());
    }

    /// Sets the wrap-up data.
    pub fn set_wrap_up(&mut self, value: &str) {
        self.wrap_up = Some(value.into());
    }

    /// The call variables that are set, with their numbers, counted from 1.
    pub fn variables(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..)
            .zip(&self.variables)
            .filter_map(|(number, value)| Some((number, value.as_deref()?)))
    }

    /// The expanded call context that is set.
    pub fn context(&self) -> impl Iterator<Item = (ContextName, &str)> {
        self.context.iter().map(|(name, value)| (*name, &**value))
    }

    /// The wrap-up data, if any is set.
    pub fn wrap_up(&self) -> Option<&str> {
        self.wrap_up.as_deref()
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.wrap_up.is_none() && self.context.is_empty() && self.variables.iter().all(Option::is_none)
    }

    /// Whether this change may be made to `present`.
    pub(super) fn check_against(&self, present: &Self) -> Result<(), Refusal> {
        if self.variables.get(ROUTING_VARIABLE).is_some_and(Option::is_some) {
            return Err(PROTECTED);
        }
        let values = self.variables.iter().flatten().chain(&self.wrap_up);
        if values.into_iter().any(|value| value.len() > LONGEST_VARIABLE) {
            return Err(TOO_LONG);
        }
        for (name, value) in &self.context {
            match name.declared() {
                Some(declared) if declared.protected => return Err(PROTECTED),
                Some(declared) if value.len() > declared.longest => return Err(TOO_LONG),
                Some(_) => {}
                None => return Err(UNKNOWN_VARIABLE),
            }
        }
        let kept = present
            .context
            .iter()
            .filter(|(name, _)| !self.context.contains_key(name));
        let total: usize = kept.chain(&self.context).map(|(_, value)| value.len()).sum();
        if total > MOST_CONTEXT {
            return Err(TOO_MUCH);
        }
        Ok(())
    }

    /// Takes over a change; returns what has really changed.
    pub(super) fn take_over(&mut self, change: &Self) -> Self {
        let mut changed = Self::default();
        for ((present, new), told) in self
            .variables
            .iter_mut()
            .zip(&change.variables)
            .zip(&mut changed.variables)
        {
            if new.is_some() && present != new {
                present.clone_from(new);
                told.clone_from(new);
            }
        }
        for (name, value) in &change.context {
            if self.context.get(name) != Some(value) {
                self.context.insert(*name, value.clone());
                changed.context.insert(*name, value.clone());
            }
        }
        if change.wrap_up.is_some() && change.wrap_up != self.wrap_up {
            self.wrap_up.clone_from(&change.wrap_up);
            changed.wrap_up.clone_from(&change.wrap_up);
        }
        changed
    }

    /// What the routing knows of a caller for a queue of this name. Follows from the call's number, so
    /// that it draws nothing from the dice.
    pub(super) fn of_caller(seed: u64, call: CallId, queue_name: &str) -> Self {
        let draw = mixed(seed ^ mixed(u64::from(call.number())));
        let mut data = Self::default();
        let [routing, ..] = &mut data.variables;
        *routing = Some(queue_name.into());
        let mut context = |variable, element, value: &str| {
            data.context
                .insert(ContextName { variable, element }, value.into());
        };
        context(CUSTOMER, None, &format!("C{:06}", draw % 1_000_000));
        if let Some(language) = queue_name.split(' ').find(|word| word.len() == 2) {
            context(LANGUAGE, None, language);
        }
        let segment = SEGMENTS.get((draw >> 20) as usize % SEGMENTS.len());
        context(SEGMENT, None, segment.copied().unwrap_or_default());
        let came_before = (draw >> 32) as usize % 3;
        for element in 0..came_before {
            let reason = REASONS_TO_CALL.get((draw >> (34 + 2 * element)) as usize % REASONS_TO_CALL.len());
            context(HISTORY, Some(element as u8), reason.copied().unwrap_or_default());
        }
        data
    }

    /// What a call carries that serves a callback.
    pub(super) fn of_callback(callback: CallbackId) -> Self {
        let mut data = Self::default();
        let [_, second, ..] = &mut data.variables;
        *second = Some(format!("Callback {}", callback.number()).into());
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str) -> Result<String, u8> {
        ContextName::parse(name)
            .map(|name| name.to_string())
            .map_err(|refusal| refusal.code.number())
    }

    #[test]
    fn what_is_not_declared_is_refused_with_the_documented_code() {
        assert_eq!(code("user.customer"), Ok("user.customer".to_owned()));
        assert_eq!(code("USER.History[2]"), Ok("user.history[2]".to_owned()));
        for (name, expected) in [
            ("user.unknown", 67),
            ("user.unknown[0]", 68),
            ("user.history", 75),
            ("user.customer[0]", 76),
            ("user.history[3]", 61),
            ("user.history[x]", 61),
            ("user.history[", 61),
        ] {
            assert_eq!(code(name), Err(expected), "{name}");
        }
    }

    #[test]
    fn r53_a_change_reports_only_what_is_new() {
        let mut data = CallData::of_caller(1, CallId::new(1), "Sales EN");
        let before = data.clone();
        let mut change = CallData::default();
        change.set_variable(4, "four").expect("a variable");
        let customer = ContextName::parse("user.customer").expect("declared");
        change.set_context(customer, "C1");
        assert_eq!(data.take_over(&change), change);
        assert_eq!(data.take_over(&change), CallData::default(), "nothing is new");
        let mut more = change.clone();
        more.set_wrap_up("sold");
        let changed = data.take_over(&more);
        assert_eq!(
            (changed.wrap_up(), changed.variables().count()),
            (Some("sold"), 0)
        );
        assert_eq!(data.variables().next(), before.variables().next());
        assert!(data.set_variable(0, "").is_err() && data.set_variable(11, "").is_err());
    }

    #[test]
    fn limits_are_kept() {
        let present = CallData::of_caller(1, CallId::new(1), "Sales EN");
        let refused = |change: &CallData| {
            change
                .check_against(&present)
                .map_err(|refusal| refusal.code.number())
        };
        let mut change = CallData::default();
        change.set_variable(2, &"x".repeat(40)).expect("a variable");
        assert_eq!(refused(&change), Ok(()));
        change.set_wrap_up(&"x".repeat(41));
        assert_eq!(refused(&change), Err(74));
        let mut change = CallData::default();
        change.set_variable(1, "mine").expect("a variable");
        assert_eq!(refused(&change), Err(14));
        let mut change = CallData::default();
        change.set_context(ContextName::parse("user.segment").expect("declared"), "Gold");
        assert_eq!(refused(&change), Err(14));
        let mut change = CallData::default();
        for element in 0..10 {
            let name = ContextName::parse(&format!("user.notes[{element}]")).expect("declared");
            change.set_context(name, &"x".repeat(210));
        }
        assert_eq!(refused(&change), Err(73));
    }
}
