//! Virtual time from real time, and the one task that owns the desk.
//!
//! Lives here: the only reading of clocks on behalf of the simulation, and the loop that drives it.
//! May not be here: what happens when something is due.
//! Virtual time is the wall clock at the start plus what a monotonic clock has counted since: a wall clock
//! that is set does not stir the centre. Between events the task sleeps; nothing polls.

use super::flood::Feeds;
use super::hotline::Request;
use crate::centre::Moment;
use crate::desk::{Asked, Desk};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// How long the task sleeps when nothing is due; any request wakes it.
const IDLE: Duration = Duration::from_secs(3_600);

/// Translates between the two kinds of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    started: Instant,
    start: Moment,
}

impl Clock {
    /// A clock that starts now, at the wall clock's time.
    pub(super) fn start() -> Self {
        let since_1970 = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            started: Instant::now(),
            start: Moment::from_millis(millis(since_1970)),
        }
    }

    /// The virtual time at which the clock started.
    pub(super) fn started_at(self) -> Moment {
        self.start
    }

    fn now(self) -> Moment {
        Moment::from_millis(self.start.as_millis() + millis(self.started.elapsed()))
    }

    fn instant_of(self, moment: Moment) -> Instant {
        let ahead = moment.since(self.start).as_millis();
        self.started + Duration::from_millis(ahead.try_into().unwrap_or_default())
    }
}

fn millis(duration: Duration) -> i64 {
    duration.as_millis().try_into().unwrap_or(i64::MAX)
}

/// Drives `desk`, and the measuring feeds beside it, until nobody can send it requests any more.
pub(super) async fn drive(
    mut desk: Desk,
    mut feeds: Option<Feeds>,
    mut requests: mpsc::Receiver<Request>,
    clock: Clock,
) {
    loop {
        let due = desk
            .next_due()
            .map_or_else(|| Instant::now() + IDLE, |moment| clock.instant_of(moment));
        tokio::select! {
            request = requests.recv() => {
                let Some(request) = request else { return };
                desk.advance(clock.now());
                handle(&mut desk, feeds.as_mut(), request);
            }
            () = sleep_until(due) => desk.advance(clock.now()),
        }
    }
}

/// Hands a request to the desk, which has been advanced to the present.
pub(crate) fn handle(desk: &mut Desk, feeds: Option<&mut Feeds>, request: Request) {
    match request {
        Request::Arrived(client) => desk.arrived(&client.recipient()),
        Request::Left(client) => {
            desk.left(client.id());
            if let Some(feeds) = feeds {
                feeds.remove(client.id());
            }
        }
        Request::Call {
            client,
            asked,
            answer,
            done: _done,
        } => {
            let topics = match (&asked, &feeds) {
                (Asked::Subscribe(wishes), Some(_)) => {
                    wishes.iter().filter_map(|wish| desk.topic(wish)).collect()
                }
                _ => Vec::new(),
            };
            desk.call(&client.recipient(), asked, |reply| answer.give(reply));
            if let Some(feeds) = feeds {
                feeds.subscribed(desk, &client, &topics);
            }
        }
    }
}
