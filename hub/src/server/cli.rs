//! The command line of the hub.
//!
//! Lives here: options, their defaults in words, and what is said about a wrong one.
//! May not be here: starting anything.
//! Every complaint names the option and what would be right.
//! Options for measurements are left out of the short help; `--help-all` has them.

use super::policy;
use super::{Flood, Options};
use crate::desk::{NoScenario, Scenario, configuration};
use lexopt::prelude::*;
use std::ffi::OsString;
use std::str::FromStr;
use std::time::Duration;

/// What `--help` prints.
pub const HELP: &str = "\
switchhook-hub: a simulated contact centre behind a SignalR-compatible server

Usage: switchhook-hub [options]

  --port N                port to listen at (7400; 0 takes any free one)
  --host ADDRESS          address to listen at (127.0.0.1)
  --site FOLDER           serve the page in FOLDER as well
  --agents N              agents in the centre (24)
  --desks N               of these, how many are left for people to sign in as (5)
  --queues N              queues (6)
  --callbacks N           open callbacks (40)
  --seed N                the same seed gives the same centre (7)
  --rate X                pace of arrivals; 1.0 keeps the agents busy, 0 stops it (1.0)
  --vocabulary LIST       what the hub speaks (rte,ctios,tserver,ccs,callgem)
  --callgem-offset +HH:MM how far CallGem's local time is ahead of UTC (+00:00)
  --scenario NAME         let something go wrong, again and again; \"list\" prints the scenarios
  --token-lifetime SECS   how long an access token is valid (3600)
  --close-expired         close connections whose token has expired and was not renewed
  --grace SECS            how long an agent whose desk went away stays signed in (20)
  --minimise-event-args   send CTI OS call events with as few parameters as its servers can
  --allow-origin ORIGIN   let pages of another origin use the hub (repeatable)
  --embed-in ORIGIN       let pages of another origin show the page in a frame and speak to it (repeatable)
  --help                  this text
  --help-all              this text and the options for measurements
  --version               the version
";

/// What `--help-all` adds.
pub const HELP_MEASURING: &str = "
For measurements:
  --flood N               send every connection that subscribed to UserStatus, QueueStatus or
                          CallbackChanged as many events as it takes, N in each WebSocket message
  --flood-rate X          at most X events per second and connection
  --flood-total N         stop after N events per connection
  --flood-wait            send nothing until POST /bench/flood?records=N&total=N asks for a run
  GET /bench/stats tells what has been sent so far. The last event of a run says that 1,000,000 and
  the run's number wait in the first queue.
";

/// What the command line asks for.
#[derive(Debug)]
pub enum Wanted {
    /// Run a hub.
    Run(Box<Options>),
    /// Print this and stop.
    Print(String),
}

/// Reads the arguments, without the program's own name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wanted, lexopt::Error> {
    let mut options = Options::default();
    let mut flood = Flood {
        records_per_message: 0,
        rate: None,
        total: None,
        waits: false,
    };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        let Long(name) = argument else {
            return Err(match argument {
                Short('h') => return Ok(Wanted::Print(HELP.to_owned())),
                other => other.unexpected(),
            });
        };
        // The name borrows from the parser that the value comes from.
        let name = name.to_owned();
        let parser = &mut parser;
        match name.as_str() {
            "port" => options.port = number(parser, "--port", "a number from 0 to 65535")?,
            "host" => {
                options.host = number(parser, "--host", "an IP address such as 127.0.0.1")?;
            }
            "site" => options.site = Some(parser.value()?.into()),
            "agents" => options.centre.agents = number(parser, "--agents", "a whole number")?,
            "desks" => options.centre.desks = number(parser, "--desks", "a whole number")?,
            "queues" => options.centre.queues = number(parser, "--queues", "a whole number")?,
            "callbacks" => {
                options.centre.callbacks = number(parser, "--callbacks", "a whole number")?;
            }
            "seed" => options.centre.seed = number(parser, "--seed", "a whole number")?,
            "rate" => options.centre.rate = amount(parser, "--rate")?,
            "vocabulary" => {
                let wanted = "a list of rte, ctios, tserver, ccs and callgem";
                options.vocabularies = number(parser, "--vocabulary", wanted)?;
            }
            "callgem-offset" => {
                let text = parser.value()?.string()?;
                options.callgem_offset = configuration::parse_offset(&text).ok_or_else(|| {
                    format!("--callgem-offset takes an offset such as +02:00, not \"{text}\"")
                })?;
            }
            "scenario" => {
                let name = parser.value()?.string()?;
                if name == "list" {
                    return Ok(Wanted::Print(Scenario::list()));
                }
                let scenario = name.parse();
                options.scenario = Some(scenario.map_err(|error: NoScenario| {
                    format!("--scenario {name}: {error}. --scenario list prints those that there are")
                })?);
            }
            "token-lifetime" => {
                options.token_lifetime = seconds(parser, "--token-lifetime")?;
            }
            "close-expired" => options.limits.close_on_expiry = true,
            "grace" => options.grace = seconds(parser, "--grace")?,
            "minimise-event-args" => options.minimise_event_args = true,
            "allow-origin" => {
                let origin: String = parser.value()?.string()?;
                if !origin.contains("://") {
                    return Err(format!(
                        "--allow-origin takes an origin such as https://desk.example.com, not \"{origin}\""
                    )
                    .into());
                }
                options.allowed_origins.push(origin);
            }
            "embed-in" => {
                let origin: String = parser.value()?.string()?;
                if !policy::is_source(&origin) {
                    return Err(format!(
                        "--embed-in takes an origin such as https://portal.example.com, without a path, not \"{origin}\""
                    )
                    .into());
                }
                options.portals.push(origin);
            }
            "flood" => {
                flood.records_per_message = number(parser, "--flood", "a number from 1 on")?;
            }
            "flood-rate" => flood.rate = Some(amount(parser, "--flood-rate")?),
            "flood-total" => flood.total = Some(number(parser, "--flood-total", "a whole number")?),
            "flood-wait" => flood.waits = true,
            "help" => return Ok(Wanted::Print(HELP.to_owned())),
            "help-all" => return Ok(Wanted::Print(format!("{HELP}{HELP_MEASURING}"))),
            "version" => {
                return Ok(Wanted::Print(format!(
                    "switchhook-hub {}\n",
                    env!("CARGO_PKG_VERSION")
                )));
            }
            _ => return Err(Long(&name).unexpected()),
        }
    }
    if flood.records_per_message > 0 || flood.waits {
        options.flood = Some(flood);
    } else if flood.rate.is_some() || flood.total.is_some() {
        return Err("--flood-rate and --flood-total need --flood with the records per message".into());
    }
    Ok(Wanted::Run(Box::new(options)))
}

fn number<T: FromStr>(parser: &mut lexopt::Parser, option: &str, wanted: &str) -> Result<T, lexopt::Error> {
    let text = parser.value()?.string()?;
    text.parse()
        .map_err(|_| format!("{option} takes {wanted}, not \"{text}\"").into())
}

fn amount(parser: &mut lexopt::Parser, option: &str) -> Result<f64, lexopt::Error> {
    let wanted = "a number from 0 on, such as 1.5";
    let value: f64 = number(parser, option, wanted)?;
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err(format!("{option} takes {wanted}, not \"{value}\"").into())
    }
}

fn seconds(parser: &mut lexopt::Parser, option: &str) -> Result<Duration, lexopt::Error> {
    let value: u32 = number(parser, option, "a whole number of seconds")?;
    Ok(Duration::from_secs(value.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Wanted, String> {
        parse(line.split_whitespace().map(Into::into)).map_err(|error| error.to_string())
    }

    fn options(line: &str) -> Options {
        match parsed(line) {
            Ok(Wanted::Run(options)) => *options,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let options = options("");
        assert_eq!(
            (options.port, options.centre.agents, options.centre.queues),
            (7400, 24, 6)
        );
        assert_eq!(options.flood, None);
    }

    #[test]
    fn everything_can_be_chosen() {
        let options = options(
            "--port 0 --host ::1 --agents=3 --desks 1 --queues 2 --callbacks 4 --seed 9 --rate 2.5 --site x \
             --token-lifetime 5 --close-expired --grace 6 --allow-origin https://a.test --allow-origin https://b.test \
             --embed-in https://p.test:8443 --vocabulary rte,ccs --callgem-offset +02:00 --scenario failed-call --flood 20 --flood-rate 100 --flood-total 1000",
        );
        assert_eq!(options.port, 0);
        assert_eq!(options.host.to_string(), "::1");
        assert_eq!(options.centre.seed, 9);
        assert_eq!(options.allowed_origins.len(), 2);
        assert_eq!(options.portals, ["https://p.test:8443"]);
        assert_eq!(options.grace, Duration::from_secs(6));
        assert!(options.limits.close_on_expiry);
        assert_eq!(options.vocabularies.to_string(), "rte,ccs");
        assert_eq!(options.callgem_offset.minutes_east, 120);
        assert_eq!(options.scenario, Some(Scenario::FailedCall));
        assert_eq!(
            options.flood,
            Some(Flood {
                records_per_message: 20,
                rate: Some(100.0),
                total: Some(1000),
                waits: false,
            })
        );
    }

    #[test]
    fn a_wrong_option_is_named_with_what_would_be_right() {
        for (line, words) in [
            (
                "--port 70000",
                "--port takes a number from 0 to 65535, not \"70000\"",
            ),
            ("--rate -1", "--rate takes a number from 0 on"),
            ("--allow-origin a.test", "--allow-origin takes an origin"),
            ("--embed-in a.test", "--embed-in takes an origin"),
            ("--embed-in https://a.test/desk", "without a path"),
            ("--embed-in *", "--embed-in takes an origin"),
            ("--flood-total 5", "need --flood"),
            (
                "--vocabulary rte,sip",
                "--vocabulary takes a list of rte, ctios, tserver, ccs and callgem, not \"rte,sip\"",
            ),
            (
                "--callgem-offset 2",
                "--callgem-offset takes an offset such as +02:00, not \"2\"",
            ),
            ("--scenario flood", "--scenario list prints"),
            ("--nope", "--nope"),
            ("stray", "stray"),
        ] {
            match parsed(line) {
                Err(text) => assert!(text.contains(words), "{line}: {text}"),
                Ok(other) => panic!("{line}: {other:?}"),
            }
        }
    }

    #[test]
    fn help_is_printed_and_measuring_only_on_demand() {
        assert!(matches!(parsed("-h"), Ok(Wanted::Print(text)) if !text.contains("flood")));
        assert!(matches!(parsed("--help-all"), Ok(Wanted::Print(text)) if text.contains("--flood-rate")));
    }
}
