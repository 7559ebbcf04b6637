//! The program as it is started from a command line.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

fn program(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_switchhook-hub"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Exit code, standard output and standard error of a program that ends by itself.
fn outcome(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = program(arguments).wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_busy_port_is_named_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, output, error) = outcome(&["--port", &port]);
    assert_eq!((code, output.as_str()), (Some(2), ""));
    assert!(
        error.contains(&format!("port {port} on 127.0.0.1 is in use")),
        "{error}"
    );
    assert!(error.contains("--port 0"), "{error}");
}

#[test]
fn a_wrong_option_and_a_request_for_help_are_answered() {
    let (code, _, error) = outcome(&["--agents", "many"]);
    assert_eq!(code, Some(2));
    assert!(
        error.contains("--agents takes a whole number, not \"many\". Try --help."),
        "{error}"
    );
    let (code, help, _) = outcome(&["--help"]);
    assert_eq!(code, Some(0));
    assert!(help.contains("--allow-origin") && !help.contains("--flood"));
    assert!(outcome(&["--help-all"]).1.contains("--flood-rate"));
}

#[test]
fn it_says_where_it_listens_and_stops_when_told_to() {
    let mut child = program(&["--port", "0", "--agents", "3", "--callbacks", "0"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let port = line
        .strip_prefix("listening on http://127.0.0.1:")
        .expect("no address");
    assert!(port.parse::<u16>().is_ok_and(|port| port > 0), "{line}");
    #[cfg(unix)]
    {
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let mut error = String::new();
        child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        assert_eq!(error, "");
    }
    let _ = child.kill();
    let _ = child.wait();
}
