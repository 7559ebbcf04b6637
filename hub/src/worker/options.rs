//! What can be chosen about a demonstration, in the query of the page's address.
//!
//! Lives here: `agents`, `queues`, `callbacks`, `rate`, `seed` and `scenario`, their bounds, and what is said about
//! others.
//! May not be here: starting anything.
//! Nothing in an address stops a demonstration: what cannot be read or is out of bounds is told, and something
//! sensible taken in its place. What is not listed here is none of the demonstration's business.

use crate::centre::Settings;
use crate::desk::{Scenario, usual_centre};

/// The most agents that a page's worker plays.
const MOST_AGENTS: u32 = 500;
const MOST_QUEUES: u32 = 50;
const MOST_CALLBACKS: u32 = 1_000;
/// The fastest pace of arrivals.
const FASTEST: f64 = 10.0;

/// What was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The centre; its start is the present.
    pub centre: Settings,
    /// What goes wrong, again and again.
    pub scenario: Option<Scenario>,
}

impl Options {
    /// Reads a query such as `?demo&agents=12&rate=0.5`; with sentences about what was not taken as it stands there.
    pub fn read(query: &str) -> (Self, Vec<String>) {
        let mut options = Self {
            centre: usual_centre(),
            scenario: None,
        };
        let mut warnings = Vec::new();
        let query = query.strip_prefix('?').unwrap_or(query);
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let centre = &mut options.centre;
            let warning = match name {
                "agents" => whole(name, value, 1, MOST_AGENTS, &mut centre.agents),
                "queues" => whole(name, value, 1, MOST_QUEUES, &mut centre.queues),
                "callbacks" => whole(name, value, 0, MOST_CALLBACKS, &mut centre.callbacks),
                "seed" => whole(name, value, 0, u64::MAX, &mut centre.seed),
                "rate" => pace(value, &mut centre.rate),
                "scenario" => match value.parse() {
                    Ok(scenario) => {
                        options.scenario = Some(scenario);
                        None
                    }
                    Err(_) => Some(format!(
                        "There is no scenario \"{value}\". Those that there are: {}.",
                        names(Scenario::ALL)
                    )),
                },
                _ => None,
            };
            warnings.extend(warning);
        }
        (options, warnings)
    }
}

fn names(scenarios: &[(Scenario, &str, &str)]) -> String {
    let names: Vec<&str> = scenarios.iter().map(|(_, name, _)| *name).collect();
    names.join(", ")
}

fn whole<T>(name: &str, value: &str, least: T, most: T, chosen: &mut T) -> Option<String>
where
    T: Copy + Ord + std::fmt::Display + std::str::FromStr,
{
    let read = value.parse().ok();
    if let Some(number) = read {
        *chosen = least.max(most.min(number));
    }
    (read != Some(*chosen)).then(|| {
        format!("{name} takes a whole number from {least} to {most}, not \"{value}\"; it is {chosen} now.")
    })
}

fn pace(value: &str, chosen: &mut f64) -> Option<String> {
    let read = value.parse().ok().filter(|number: &f64| number.is_finite());
    if let Some(number) = read {
        *chosen = number.clamp(0.0, FASTEST);
    }
    (read != Some(*chosen))
        .then(|| format!("rate takes a number from 0 to {FASTEST}, not \"{value}\"; it is {chosen} now."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_address_says_is_taken_within_its_bounds_and_the_rest_is_told() {
        let (plain, warnings) = Options::read("?demo");
        assert_eq!((plain.centre, plain.scenario), (usual_centre(), None));
        assert_eq!(warnings, Vec::<String>::new());

        let (chosen, warnings) = Options::read(
            "?demo&agents=12&queues=3&callbacks=0&rate=0.5&seed=9&scenario=failed-call&theme=dark",
        );
        let expected = Settings {
            seed: 9,
            agents: 12,
            queues: 3,
            callbacks: 0,
            rate: 0.5,
            ..usual_centre()
        };
        assert_eq!(
            (chosen.centre, chosen.scenario),
            (expected, Some(Scenario::FailedCall))
        );
        assert_eq!(warnings, Vec::<String>::new());

        let (bounded, warnings) =
            Options::read("demo&agents=0&queues=99999999999&callbacks=-1&rate=1e9&seed=x&scenario=fire");
        assert_eq!(
            (bounded.centre.agents, bounded.centre.rate, bounded.centre.seed),
            (1, FASTEST, usual_centre().seed)
        );
        assert_eq!(warnings.len(), 6, "{warnings:?}");
        for rate in ["NaN", "inf", ""] {
            let (options, warnings) = Options::read(&format!("rate={rate}"));
            assert!(options.centre.rate.is_finite() && warnings.len() == 1, "{rate}");
        }
    }
}
