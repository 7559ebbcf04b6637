//! `switchhook-hub`: runs the embedded hub until it is told to stop.

use std::process::ExitCode;
use switchhook_hub::server::Server;
use switchhook_hub::server::cli::{self, Wanted};

/// The exit code for what the person who started the hub can put right.
const MISUSE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match cli::parse(std::env::args_os().skip(1)) {
        Ok(Wanted::Run(options)) => *options,
        Ok(Wanted::Print(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("switchhook-hub: {error}. Try --help.");
            return ExitCode::from(MISUSE);
        }
    };
    let server = match Server::start(options).await {
        Ok(server) => server,
        Err(error) => {
            eprintln!("switchhook-hub: {error}");
            return ExitCode::from(MISUSE);
        }
    };
    // Whoever reads the address may ask for the end at once.
    let told_to_stop = told_to_stop();
    println!("listening on http://{}", server.address());
    told_to_stop.await;
    server.stop().await;
    ExitCode::SUCCESS
}

/// Listens from now on for Ctrl-C and the system's request to end; the future waits for either.
#[cfg(unix)]
fn told_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    async move {
        match (interrupt, terminate) {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            // The system gives no notice of one of them: Ctrl-C is what everybody has.
            _ => {
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn told_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}
