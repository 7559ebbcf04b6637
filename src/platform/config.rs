//! Fetching `config.json`.
//!
//! Lives here: the request, and the words for a file that cannot be had at all.
//! May not be here: what the file may say (the session's).
//! The file lies beside the page, so that a static host needs nothing else.
//! Warnings go to the console: they are for whoever sets the page up, not for agents.

use super::http::Request;
use super::network::Network;
use crate::session::config::{self, Config};

/// Fetches and reads `config.json`; `tell` gets the configuration, or sentences that say what is wrong.
pub fn fetch_config(network: &Network, tell: impl FnOnce(Result<Config, Vec<String>>) + 'static) {
    let request = Request {
        post: false,
        headers: None,
        url: "config.json".to_owned(),
        authorization: None,
        with_credentials: false,
    };
    let pending = network.send(request, move |outcome| {
        tell(match outcome {
            Err(text) => Err(vec![format!("config.json could not be fetched: {text}.")]),
            Ok(answer) if answer.status != 200 => Err(vec![format!(
                "config.json could not be fetched: the server answered with status {}. The file must lie beside index.html.",
                answer.status
            )]),
            Ok(answer) => match config::parse(&answer.body) {
                Ok((config, warnings)) => {
                    for warning in warnings {
                        web_sys::console::warn_1(&format!("config.json: {warning}").into());
                    }
                    Ok(config)
                }
                Err(faults) => Err(faults.iter().map(ToString::to_string).collect()),
            },
        });
    });
    // The page asks once, and there is nothing to abort it for.
    pending.let_run();
}
