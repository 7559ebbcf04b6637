//! `cargo xtask demo`: a live desk in one command.
//!
//! Sets up, builds the page and the hub, starts the hub, waits until it answers and prints where to go and what to try.
//! The ports are tried before anything is built, because a busy one is the most common thing to go wrong.
//! The hub is this program's child and ends with it: on Ctrl-C, when asked to terminate, and when it ends by itself.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::process::{self, Failure, Outcome};
use crate::project::Project;
use crate::{page, portal, setup};

/// How long the hub may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(15);

/// What the person asked for.
pub(crate) struct Options {
    port: u16,
    /// Where the example portal is.
    portal_port: u16,
    open: bool,
    /// Options that go to the hub as they are.
    for_hub: Vec<String>,
}

impl Options {
    /// Reads the words after `demo`.
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let mut arguments = Arguments::new("demo", words);
        let mut options = Self {
            port: 8090,
            portal_port: 8091,
            open: false,
            for_hub: Vec::new(),
        };
        while let Some(given) = arguments.next() {
            let whole = "a whole number";
            let value = match given.name {
                "--port" => {
                    options.port = arguments.value(&given, "a port number from 1 to 65535")?;
                    continue;
                }
                "--portal-port" => {
                    options.portal_port = arguments.value(&given, "a port number from 1 to 65535")?;
                    continue;
                }
                "--open" => {
                    options.open = true;
                    continue;
                }
                "--agents" | "--queues" | "--callbacks" => arguments.value::<u32>(&given, whole)?.to_string(),
                "--seed" => arguments.value::<u64>(&given, whole)?.to_string(),
                "--rate" => arguments
                    .value::<f64>(&given, "a number such as 0.5 or 10")?
                    .to_string(),
                "--vocabulary" | "--scenario" | "--callgem-offset" => {
                    // The hub knows what there is, and says so when it is something else.
                    arguments.value::<String>(&given, "a word")?
                }
                _ => return Err(arguments.unknown(&given)),
            };
            options.for_hub.extend([given.name.to_owned(), value]);
        }
        Ok(options)
    }

    /// Whether the person wants to know what can go wrong, instead of a demo.
    fn asks_for_scenarios(&self) -> bool {
        let mut pairs = self.for_hub.windows(2);
        pairs.any(|pair| pair == ["--scenario", "list"])
    }
}

/// Runs the demo until the person ends it.
pub(crate) fn run(project: &Project, options: &Options) -> Outcome {
    if options.asks_for_scenarios() {
        build_hub(project)?;
        let program = project.built("release", "switchhook-hub");
        return process::run(
            Command::new(&program).args(&options.for_hub),
            "The message above says why.",
        );
    }
    check_port("--port", options.port)?;
    check_port("--portal-port", options.portal_port)?;
    setup::for_page(project)?;
    page::build(project)?;
    build_hub(project)?;
    let stop = StopRequest::listen()?;
    let mut hub = start_hub(project, options)?;
    let outcome = wait_until_it_answers(&mut hub, options.port).and_then(|()| {
        let address = format!("http://127.0.0.1:{}", options.port);
        portal::serve(&project.root, options.portal_port, &address)?;
        let portal = format!("{}/?desk={address}/", portal::origin(options.portal_port));
        greet(&address, &portal);
        if options.open {
            open_in_browser(&address);
        }
        wait_for_the_end(&mut hub, &stop)
    });
    end(&mut hub);
    outcome
}

/// Leaves the hub, which Ctrl-C reaches as well, a moment to end by itself, and then ends it.
fn end(hub: &mut Child) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        if matches!(hub.try_wait(), Ok(Some(_))) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    // Nothing is left to do about a hub that ended between the two.
    let _ = hub.kill();
    let _ = hub.wait();
}

/// Finds out before any work whether the port is free.
fn check_port(option: &str, port: u16) -> Outcome {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(Failure::new(
            format!("Port {port} is in use, perhaps by a demo that is still running."),
            format!(
                "End that program, or choose another port: `cargo xtask demo {option} {}`.",
                if port < u16::MAX - 1 { port + 2 } else { 8090 }
            ),
        )),
        Err(error) => Err(Failure::new(
            format!("Port {port} cannot be used: {error}."),
            format!("Choose another port: `cargo xtask demo {option} 8190`."),
        )),
    }
}

fn build_hub(project: &Project) -> Outcome {
    let hub = project.built("release", "switchhook-hub");
    if !hub.is_file() {
        println!("Building the hub (about 2 minutes the first time).");
    }
    process::run(
        project
            .cargo()
            .args(["build", "--quiet", "--release", "--package", "switchhook-hub"]),
        "The compiler's message above says why.",
    )
}

fn start_hub(project: &Project, options: &Options) -> Outcome<Child> {
    let program = project.built("release", "switchhook-hub");
    Command::new(&program)
        .args(["--port", &options.port.to_string(), "--site"])
        .arg(project.dist())
        .args(["--embed-in", &portal::origin(options.portal_port)])
        .args(&options.for_hub)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| Failure::file("start", &program, &error))
}

fn wait_until_it_answers(hub: &mut Child, port: u16) -> Outcome {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let began = Instant::now();
    while began.elapsed() < START_LIMIT {
        if let Ok(Some(status)) = hub.try_wait() {
            return Err(Failure::new(
                format!("The hub ended at once ({status})."),
                "Its message above says why.",
            ));
        }
        if TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(Failure::new(
        format!("The hub did not answer within {} seconds.", START_LIMIT.as_secs()),
        "Start again; if it stays so, try another port with `--port`.",
    ))
}

fn greet(address: &str, portal: &str) {
    println!(
        "
Switchhook is running: {address}

Three things to try:
  1. Sign in with agent 1001 and extension 4001, choose Ready, and answer the call that rings.
  2. While you talk, press Hold: only the buttons that the server allows can be pressed, and they change at once.
  3. Open the address in a second window, sign in as 1002, and watch your own row in its list of colleagues.

The same desk inside an intranet portal of another origin: {portal}
What one vocabulary alone can say of the same calls: {address}/ccs/ and {address}/callgem/
What can go wrong: `cargo xtask demo --scenario list`.

Ctrl-C ends it."
    );
}

fn open_in_browser(address: &str) {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(target_os = "windows") {
        Command::new("explorer")
    } else {
        Command::new("xdg-open")
    };
    let started = command
        .arg(address)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if started.is_err() {
        println!("No browser could be opened from here; open the address yourself.");
    }
}

fn wait_for_the_end(hub: &mut Child, stop: &StopRequest) -> Outcome {
    loop {
        if stop.arrived() {
            println!("\nThe demo has ended.");
            return Ok(());
        }
        if let Ok(Some(status)) = hub.try_wait() {
            // Ctrl-C reaches the hub as well and may end it before this program notices.
            std::thread::sleep(Duration::from_millis(50));
            if stop.arrived() {
                continue;
            }
            return Err(Failure::new(
                format!("The hub ended by itself ({status})."),
                "Its message above says why; start the demo again.",
            ));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Notices that the person, or the system, wants the demo to end.
struct StopRequest {
    #[cfg(unix)]
    flag: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl StopRequest {
    #[cfg(unix)]
    fn listen() -> Outcome<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let flag = std::sync::Arc::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, std::sync::Arc::clone(&flag)).map_err(|error| {
                Failure::new(
                    format!("The request to stop cannot be listened for: {error}."),
                    "Start the demo again.",
                )
            })?;
        }
        Ok(Self { flag })
    }

    #[cfg(unix)]
    fn arrived(&self) -> bool {
        self.flag.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Elsewhere Ctrl-C ends this program and the hub, which shares its console, together.
    #[cfg(not(unix))]
    fn listen() -> Outcome<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    fn arrived(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_for_the_hub_are_checked_and_passed_on() {
        let words: Vec<String> = [
            "--agents",
            "40",
            "--rate=2.5",
            "--open",
            "--port",
            "8123",
            "--portal-port",
            "8200",
        ]
        .map(str::to_owned)
        .to_vec();
        let options = Options::parse(&words).expect("the options are right");
        assert_eq!((options.port, options.portal_port), (8123, 8200));
        assert!(options.open);
        assert_eq!(options.for_hub, ["--agents", "40", "--rate", "2.5"]);
        assert!(Options::parse(&["--agents".to_owned(), "some".to_owned()]).is_err());
        let words = ["--vocabulary=rte,ccs", "--scenario", "failover"].map(str::to_owned);
        let options = Options::parse(&words).expect("the options are right");
        assert_eq!(
            options.for_hub,
            ["--vocabulary", "rte,ccs", "--scenario", "failover"]
        );
        assert!(!options.asks_for_scenarios());
        let words = ["--scenario", "list"].map(str::to_owned);
        assert!(Options::parse(&words).is_ok_and(|options| options.asks_for_scenarios()));
    }

    #[test]
    fn a_busy_port_is_named_with_the_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("some port is free");
        let port = taken.local_addr().expect("a bound socket has an address").port();
        let failure = check_port("--port", port).unwrap_err().to_string();
        assert!(failure.contains(&format!("Port {port} is in use")), "{failure}");
        assert!(failure.contains("--port"), "{failure}");
    }
}
