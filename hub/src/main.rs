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
    println!("listening on http://{}", server.address());
    told_to_stop().await;
    server.stop().await;
    ExitCode::SUCCESS
}

/// Waits for Ctrl-C or the system's request to end.
async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
