//! Sytel CallGem: every rule R119–R129 and every irregularity with a reading; the grammar by its properties.

use proptest::prelude::*;
use switchhook::domain::call::Stage;
use switchhook::domain::{Event, Moment};
use switchhook::protocol::message::Payload;
use switchhook::vendor::callgem::grammar::{self, NotWritable};
use switchhook::vendor::callgem::replay::{Heard, News, RollForward, SESSIONS_KEPT, Sessions};
use switchhook::vendor::callgem::request::{
    DEFAULT_RATE, HISTORY, INTRODUCED, Limits, PARAMETERS, Problem, RATE_CONTROL, TIME_WINDOW, Transactions,
    Version,
};
use switchhook::vendor::callgem::{
    self, Decoder, EventRequest, LocalClock, LocalTime, Message, Outcome, RequestError, SessionEvent, Site,
    StateMeaning,
};
use switchhook::vendor::time::{self, Stamp, Zone};
use switchhook::vendor::{Oddities, Oddity, Unreadable};

/// The public reference's own example, its user data filled in.
const SESSION: &str = r"VZ\TXABC001\TDProduction\CNMobiles\YC{\C1gold}\ANJoe\YA{}\SI654321\YS{}\DS1\OS0\TS42198.377102\T242198.376112";

#[derive(Default)]
struct Page {
    decoder: Decoder,
    site: Site,
    oddities: Oddities,
    told: Vec<String>,
}

impl Page {
    fn hears(&mut self, line: &str) -> Outcome {
        let told = &mut self.told;
        let arguments = callgem::arguments(line);
        self.decoder
            .decode(
                Payload::from_json(&arguments),
                &self.site,
                &mut self.oddities,
                &mut |stamp, event| match event {
                    Event::Call(call, update) => told.push(format!(
                        "{} of {} at {:?} in {:?} with {:?}",
                        call.id,
                        update.agent.unwrap_or_default(),
                        stamp.map(|stamp| stamp.0),
                        update.stage,
                        update.data
                    )),
                    other => told.push(format!("{other:?}")),
                },
            )
            .unwrap()
    }
}

fn request() -> EventRequest {
    EventRequest {
        transaction: "ABC001".into(),
        tenant: Some("tenant1".into()),
        ..EventRequest::default()
    }
}

fn at(text: &str) -> Moment {
    let stamp = time::parse(text, Zone::default()).and_then(Stamp::moment);
    stamp.unwrap()
}

fn problem(request: &EventRequest) -> String {
    request.line().unwrap_err().to_string()
}

#[test]
fn r119_s05_a_session_event_is_read_whole() {
    let mut oddities = Oddities::default();
    let message = Message::read(SESSION);
    let event = SessionEvent::from_message(&message, &mut oddities);
    assert_eq!(event.transaction, Some("ABC001"));
    assert_eq!(event.tenant, Some("Production"));
    assert_eq!(event.campaign, Some("Mobiles"));
    assert_eq!(event.agent, Some("Joe"));
    assert_eq!(event.second_agent, None);
    assert_eq!(event.session, Some("654321"));
    assert_eq!((event.old_state, event.state), (Some(0), Some(1)));
    assert_eq!(event.since, LocalTime::from_ole("42198.377102"));
    assert_eq!(event.second_time, LocalTime::from_ole("42198.376112"));
    assert!(event.others.is_empty() && oddities.is_empty());
    let nested = event.campaign_data.unwrap().nested().unwrap();
    assert_eq!(nested.get("C1"), Some("gold"));
    assert_eq!(callgem::session::label(1, &[]), Some("Launched"));
}

#[test]
fn r119_a_session_of_an_agent_is_a_call() {
    let mut page = Page::default();
    assert_eq!(page.hears(SESSION), Outcome::Told);
    assert_eq!(
        page.told,
        [
            r#"654321 of Joe at Some(1436778181613) in None with [("CampaignName", "Mobiles"), ("State", "Launched"), ("C1", "gold")]"#
        ]
    );
    // Without an agent it is nobody's; without a session it is nothing.
    assert_eq!(page.hears(r"VZ\AN\SI7\DS0"), Outcome::Told);
    assert_eq!(page.hears(r"VZ\ANJoe\DS0"), Outcome::Told);
    assert_eq!(page.told.len(), 1);
    assert_eq!(page.oddities.of(Oddity::MissingIdentity), 1);
    assert_eq!(page.hears(r"EE\TXABC001"), Outcome::Ended);
    assert_eq!(page.hears(r"QQ\TXABC001"), Outcome::Unknown);
    assert_eq!(page.oddities.of(Oddity::UnknownEvent), 1);
}

#[test]
fn r119_states_that_are_not_known_are_the_sites_to_say() {
    let mut page = Page::default();
    page.hears(r"VZ\ANJoe\SI1\DS5\OS1");
    assert_eq!(page.oddities.of(Oddity::UnknownValue), 1);
    page.site.states = vec![StateMeaning {
        number: 5,
        label: "Connected".into(),
        stage: Some(Stage::Connected),
    }];
    page.hears(r"VZ\ANJoe\SI2\DS5\OS1");
    assert_eq!(
        page.told.last().unwrap(),
        r#"2 of Joe at None in Some(Connected) with [("State", "Connected")]"#
    );
    // Of a state that nobody has named the number is what there is to show.
    page.hears(r"VZ\ANJoe\SI2\DS6\OS5");
    assert_eq!(
        page.told.last().unwrap(),
        r#"2 of Joe at None in None with [("State", "6")]"#
    );
    assert_eq!(callgem::session::label(5, &page.site.states), Some("Connected"));
    assert_eq!(callgem::session::label(6, &page.site.states), None);
}

#[test]
fn r120_s06_without_filters_a_request_is_about_everything() {
    let all = EventRequest {
        transaction: "ABC001".into(),
        ..EventRequest::default()
    };
    assert_eq!(all.line().unwrap(), r"EV\TXABC001");
}

#[test]
fn r121_a_transaction_is_required_and_never_used_twice() {
    let nameless = EventRequest {
        transaction: "".into(),
        ..request()
    };
    assert_eq!(problem(&nameless), "TransactionIdentifier is required");
    let mut transactions = Transactions::new("ABC").unwrap();
    let first = transactions.next_one();
    assert_eq!(&*first, "ABC001");
    let mut seen = std::collections::BTreeSet::from([first.clone()]);
    for _ in 0..10_000 {
        assert!(seen.insert(transactions.next_one()));
    }
    assert!(transactions.is_ours(&first));
    assert!(!transactions.is_ours("ABC99999") && !transactions.is_ours("XYZ001"));
    assert!(Transactions::new("").is_err());
    assert!(Transactions::new(&"x".repeat(68)).is_err());
    assert!(Transactions::new(r"A\B").is_err());
}

#[test]
fn r122_filters_are_campaign_and_queue() {
    let filtered = EventRequest {
        campaign: Some("Mobiles".into()),
        queue: Some("Sales 1".into()),
        ..request()
    };
    assert_eq!(
        filtered.line().unwrap(),
        r"EV\TXABC001\TDtenant1\CNMobiles\GASales 1"
    );
}

#[test]
fn r123_a_lost_connection_is_followed_by_the_same_token_and_a_new_transaction() {
    let mut transactions = Transactions::new("ABC").unwrap();
    let first = EventRequest {
        transaction: transactions.next_one(),
        persist_token: Some("desk-4711".into()),
        ..request()
    };
    let now = at("2024-05-06T12:00:00Z");
    let clock = LocalClock::new(Zone { minutes_east: 180 }, Vec::new());
    let again = first.again(
        &mut transactions,
        Some(now.plus(-60_000)),
        now.plus(-30_000),
        now,
        &clock,
    );
    assert!(!again.gap);
    assert_eq!(again.request.persist_token, first.persist_token);
    assert_eq!(
        again.request.line().unwrap(),
        // 14:59 of the local clock.
        r"EV\TXABC002\TDtenant1\PSdesk-4711\TS45418.624305556"
    );
}

#[test]
fn r124_s03_s08_versions_are_compared_part_by_part() {
    let version = |text| Version::from_text(text).unwrap();
    assert!(version("10.7.74") < version("V10.7.454"));
    assert!(version("V10.6.263") < version("10.6.660"));
    assert_eq!(version("10.7.74"), INTRODUCED);
    assert!(RATE_CONTROL.since.unwrap() < INTRODUCED);
    assert!(TIME_WINDOW.since.unwrap() > INTRODUCED);
    for text in ["", "10", "10.7", "10.7.x", "10.7.74.1", "VV10.7.74"] {
        assert_eq!(Version::from_text(text), None, "{text}");
    }
}

#[test]
fn r125_s02_the_rate_is_a_number_written_as_text() {
    assert_eq!(DEFAULT_RATE, 100);
    let with_rate = |rate| EventRequest {
        rate: Some(rate),
        ..request()
    };
    assert_eq!(with_rate(1).line().unwrap(), r"EV\TXABC001\TDtenant1\CS1");
    assert_eq!(
        with_rate(1_000_000).line().unwrap(),
        r"EV\TXABC001\TDtenant1\CS1000000"
    );
    assert_eq!(
        problem(&with_rate(0)),
        "RateControl is 0, and may be 1 to 1000000"
    );
    assert!(with_rate(1_000_001).line().is_err());
}

#[test]
fn r125_d8_a_replay_repeats_nothing_and_ends_with_the_first_new_event() {
    let mut page = Page::default();
    let launched = r"VZ\TXABC001\ANJoe\SI1\DS1\OS0\TS42198.5";
    let ended = r"VZ\TXABC001\ANJoe\SI1\DS2\OS1\TS42198.6";
    page.hears(launched);
    page.hears(ended);
    // Replayed for another transaction, in the same order.
    for line in [launched, ended] {
        assert_eq!(page.hears(&line.replace("ABC001", "ABC002")), Outcome::Repeated);
    }
    // Back in an earlier state later on is news, even on a clock that has been set back.
    assert_eq!(
        page.hears(r"VZ\TXABC002\ANJoe\SI1\DS1\OS0\TS42198.55"),
        Outcome::Told
    );
    let now = Moment(1_000_000);
    let mut roll = RollForward::default();
    assert_eq!(roll.hear(Some(now), Some(now)), Heard::Live);
    roll.begin();
    assert_eq!(roll.hear(Some(now.plus(-60_000)), Some(now)), Heard::Replayed);
    assert_eq!(roll.hear(None, Some(now)), Heard::Replayed);
    assert!(roll.is_under_way());
    assert_eq!(roll.hear(Some(now.plus(-2_000)), Some(now)), Heard::LiveAgain(2));
    assert_eq!(roll.hear(Some(now.plus(-60_000)), Some(now)), Heard::Live);
    roll.begin();
    assert_eq!((roll.end(), roll.end()), (Some(0), None));
}

#[test]
fn r126_dates_are_days_since_1899_in_local_time() {
    let local = |text: &str| LocalTime::from_ole(text).map(|time| Moment(time.0));
    assert_eq!(local("0"), Some(at("1899-12-30T00:00:00Z")));
    assert_eq!(local("2.5"), Some(at("1900-01-01T12:00:00Z")));
    assert_eq!(local("25569"), Some(Moment(0)));
    assert_eq!(local("42198.25"), Some(at("2015-07-13T06:00:00Z")));
    // Before the first day the fraction still counts forwards.
    assert_eq!(local("-1.25"), Some(at("1899-12-29T06:00:00Z")));
    assert_eq!(local("-0.25"), local("0.25"));
    assert_eq!(local("42198,377102"), local("42198.377102"));
    let last = Some(at("9999-12-30T23:59:59Z").plus(86_400_000));
    assert_eq!(local("2958465.999988426"), last);
    for text in [
        "",
        ".",
        "-",
        "1e5",
        "0x1",
        "+1",
        "1.2.3",
        "1-",
        "2958466",
        "-657435",
        "99999999999",
        "٣",
    ] {
        assert_eq!(local(text), None, "{text}");
    }
}

#[test]
fn r126_summer_time_is_the_sites_to_say() {
    // Helsinki, 2024: summer from 31 March to 27 October, 01:00 UTC.
    let (winter, summer) = (Zone { minutes_east: 120 }, Zone { minutes_east: 180 });
    let (spring, autumn) = (at("2024-03-31T01:00:00Z"), at("2024-10-27T01:00:00Z"));
    let clock = LocalClock::new(winter, vec![(autumn, winter), (spring, summer)]);
    let shown = |text: &str| Moment(clock.show(at(text)).0);
    assert_eq!(shown("2024-01-01T12:00:00Z"), at("2024-01-01T14:00:00Z"));
    assert_eq!(shown("2024-07-01T12:00:00Z"), at("2024-07-01T15:00:00Z"));
    assert_eq!(shown("2024-12-01T12:00:00Z"), at("2024-12-01T14:00:00Z"));
    let moment = |text: &str| clock.moment(LocalTime(at(text).0));
    // What is asked for in the hour that will be shown again begins before that hour.
    let asked = |text: &str| Moment(clock.show_no_later(at(text)).0);
    assert_eq!(asked("2024-10-26T23:59:59Z"), at("2024-10-27T02:59:59Z"));
    assert_eq!(asked("2024-10-27T00:00:00Z"), at("2024-10-27T02:00:00Z"));
    assert_eq!(asked("2024-10-27T00:30:00Z"), at("2024-10-27T02:30:00Z"));
    assert_eq!(asked("2024-10-27T01:30:00Z"), at("2024-10-27T03:30:00Z"));
    assert_eq!(asked("2024-03-31T00:30:00Z"), at("2024-03-31T02:30:00Z"));
    // 03:30 is shown twice in October: the first counts. In March it is skipped.
    assert_eq!(moment("2024-10-27T03:30:00Z"), at("2024-10-27T00:30:00Z"));
    assert_eq!(moment("2024-10-27T04:30:00Z"), at("2024-10-27T02:30:00Z"));
    assert_eq!(moment("2024-03-31T03:30:00Z"), at("2024-03-31T01:30:00Z"));
    assert_eq!(moment("2024-03-31T04:30:00Z"), at("2024-03-31T01:30:00Z"));
    assert_eq!(moment("2024-03-31T02:30:00Z"), at("2024-03-31T00:30:00Z"));
}

#[test]
fn r127_no_more_than_an_hour_is_asked_for_and_a_gap_is_told() {
    let mut transactions = Transactions::new("ABC").unwrap();
    let now = at("2024-05-06T12:00:00Z");
    let clock = LocalClock::default();
    let long_ago = now.plus(-3 * HISTORY);
    let again = request().again(&mut transactions, Some(long_ago), long_ago, now, &clock);
    assert!(again.gap);
    assert_eq!(again.request.since, Some(LocalTime(now.plus(-HISTORY).0)));
    // Who was there all the time and heard nothing has missed nothing.
    let again = request().again(&mut transactions, Some(long_ago), now.plus(-60_000), now, &clock);
    assert!(!again.gap);
    let again = request().again(&mut transactions, None, now.plus(-60_000), now, &clock);
    assert_eq!((again.gap, again.request.since), (false, None));
}

#[test]
fn r128_a_refresh_of_known_state_does_nothing() {
    let mut page = Page::default();
    assert_eq!(page.hears(SESSION), Outcome::Told);
    assert_eq!(page.hears(SESSION), Outcome::Repeated);
    // Whatever time it bears.
    let later = SESSION
        .replace("42198.377102", "42198.5")
        .replace("42198.376112", "42198.5");
    assert_eq!(page.hears(&later), Outcome::Repeated);
    assert_eq!(page.told.len(), 1);
    assert_eq!(page.hears(&SESSION.replace("gold", "silver")), Outcome::Told);
    assert_eq!(page.told.len(), 2);
}

#[test]
fn r128_what_is_remembered_is_bounded() {
    let mut sessions = Sessions::default();
    for number in 0..10_000 {
        let name = number.to_string();
        let event = SessionEvent {
            session: Some(&name),
            ..SessionEvent::default()
        };
        assert_eq!(sessions.hear(&event), News::Changed);
    }
    assert_eq!(sessions.len(), SESSIONS_KEPT);
}

#[test]
fn d9_s01_the_time_window_is_in_seconds() {
    let with_window = |refresh| EventRequest {
        refresh: Some(refresh),
        ..request()
    };
    assert_eq!(with_window(60).line().unwrap(), r"EV\TXABC001\TDtenant1\TW60");
    assert_eq!(
        problem(&with_window(1441)),
        "TimeWindow is 1441, and may be 1 to 1440"
    );
    assert!(with_window(0).line().is_err());
}

#[test]
fn r129_s04_the_examples_line_is_written_and_read() {
    assert_eq!(request().line().unwrap(), r"EV\TXABC001\TDtenant1");
    let message = Message::read(r"EV\TXABC001\TDtenant1");
    assert_eq!(message.code, "EV");
    assert_eq!(EventRequest::from_message(&message), Ok(request()));
    let other = Message::read(SESSION);
    assert_eq!(
        EventRequest::from_message(&other),
        Err(RequestError::AnotherMessage)
    );
}

#[test]
fn r129_braces_nest_and_hide_backslashes() {
    let message = Message::read(r"VZ\YC{\AA1\BB{\CC2}}\AN\ZZ?\YS{a}{b}");
    let parts: Vec<_> = message
        .parameters
        .iter()
        .map(|parameter| (parameter.code, parameter.value))
        .collect();
    assert_eq!(
        parts,
        [
            ("YC", r"{\AA1\BB{\CC2}}"),
            ("AN", ""),
            ("ZZ", "?"),
            ("YS", "{a}{b}")
        ]
    );
    let nested = message.parameters[0].nested().unwrap();
    assert_eq!((nested.code, nested.get("AA")), ("", Some("1")));
    assert_eq!(nested.parameters[1].nested().unwrap().get("CC"), Some("2"));
    assert_eq!(message.parameters[3].nested(), None);
    // A brace without its match is a letter.
    let message = Message::read(r"VZ\ANJo{e\SI7\YSa}b{c");
    assert_eq!(message.get("SI"), None);
    assert_eq!(message.get("AN"), Some(r"Jo{e\SI7\YSa}b{c"));
    let message = Message::read(r"VZ\ANJo{e\SI7}}\DS1{");
    assert_eq!(message.get("DS"), Some("1{"));
    let message = Message::read("VZ\\ANJo{e\\SI7\r\n");
    assert_eq!((message.get("AN"), message.get("SI")), (Some("Jo{e"), Some("7")));
}

#[test]
fn r129_unknown_codes_are_counted_and_kept() {
    let mut oddities = Oddities::default();
    let message = Message::read(r"VZ\SI1\QQanything\Q\\DSx");
    let event = SessionEvent::from_message(&message, &mut oddities);
    let others: Vec<_> = event
        .others
        .iter()
        .map(|other| (other.code, other.value))
        .collect();
    assert_eq!(others, [("QQ", "anything"), ("Q", ""), ("", "")]);
    assert_eq!(oddities.of(Oddity::UnknownField), 3);
    assert_eq!(oddities.of(Oddity::UnreadableField), 1);
}

#[test]
fn s07_a_token_is_handed_on_unread() {
    let with_token = EventRequest {
        token: Some("{any \\thing}".into()),
        ..request()
    };
    assert_eq!(
        with_token.line().unwrap(),
        r"EV\TXABC001\TDtenant1\TK{any \thing}"
    );
}

#[test]
fn s10_what_would_not_be_read_back_is_not_written() {
    let with_campaign = |name: &str| EventRequest {
        campaign: Some(name.into()),
        ..request()
    };
    assert_eq!(
        problem(&with_campaign(r"a\b")),
        r"CampaignName may not contain '\\'"
    );
    assert_eq!(
        problem(&with_campaign("a\nb")),
        r"CampaignName may not contain '\n'"
    );
    assert_eq!(
        problem(&with_campaign("a{b")),
        "CampaignName has braces that do not match"
    );
    assert_eq!(grammar::write("V", []), Err(NotWritable::Code));
    assert_eq!(grammar::write("VZ", [("{a", "")]), Err(NotWritable::Code));
}

#[test]
fn every_length_is_checked_at_both_ends() {
    let with = |code: &str, value: String| {
        let value = value.into_boxed_str();
        let mut request = request();
        if code == "TX" {
            request.transaction = value;
            return request.line();
        }
        let value = Some(value);
        match code {
            "CN" => request.campaign = value,
            "GA" => request.queue = value,
            "IC" => request.switch = value,
            "PS" => request.persist_token = value,
            "TD" => request.tenant = value,
            "TK" => request.token = value,
            other => panic!("{other}"),
        }
        request.line()
    };
    for parameter in PARAMETERS {
        let Limits::Length { least, most } = parameter.limits else {
            continue;
        };
        // A date is written here and is never too long.
        if parameter.code == "TS" {
            assert!(LocalTime(i64::MAX).to_ole().len() <= most);
            assert!(LocalTime(i64::MIN).to_ole().len() <= most);
            continue;
        }
        let letters = |count: usize| "ä".repeat(count);
        assert!(with(parameter.code, letters(least)).is_ok(), "{}", parameter.code);
        assert!(with(parameter.code, letters(most)).is_ok(), "{}", parameter.code);
        assert!(
            with(parameter.code, letters(least - 1)).is_err(),
            "{}",
            parameter.code
        );
        let too_long = Problem::Length {
            length: most + 1,
            least,
            most,
        };
        let expected = RequestError::Parameter {
            parameter: parameter.name,
            problem: too_long,
        };
        assert_eq!(with(parameter.code, letters(most + 1)), Err(expected));
    }
    let spaced = with("TD", "tenant 1".into()).unwrap_err();
    assert_eq!(
        spaced.to_string(),
        "TenantDescriptor may have letters and digits only"
    );
}

#[test]
fn what_is_no_line_is_unreadable() {
    for (json, problem) in [
        ("[]", Unreadable::Shape("no line among the arguments")),
        ("[7]", Unreadable::Shape("no line among the arguments")),
        ("[{}]", Unreadable::Shape("no line among the arguments")),
        (r#"["VZ"#, Unreadable::Broken),
    ] {
        let mut oddities = Oddities::default();
        let result = callgem::read(Payload::from_json(json), &mut oddities, |_, _| ());
        assert_eq!(result, Err(problem), "{json}");
        assert_eq!(oddities.of(Oddity::Unreadable), 1);
    }
}

/// Values whose braces match, with backslashes only inside of them.
fn value() -> impl Strategy<Value = String> {
    let text = "[a-zA-Z0-9 .,;äß€-]{0,6}";
    let nested = text.prop_recursive(4, 24, 4, |inner| {
        prop::collection::vec(("[A-Z0-9]{2}", inner), 0..4).prop_map(|parameters| {
            let mut braced = String::from("{");
            for (code, value) in parameters {
                braced.extend(["\\", &*code, &*value]);
            }
            braced + "}"
        })
    });
    (text, nested, text).prop_map(|(before, nested, after)| format!("{before}{nested}{after}"))
}

proptest! {
    /// What is written is read back.
    #[test]
    fn what_is_written_is_read_back(
        code in "[A-Z]{2}",
        parameters in prop::collection::vec(("[A-Z0-9]{2}", value()), 0..8),
    ) {
        let line = grammar::write(&code, parameters.iter().map(|(code, value)| (&**code, &**value))).unwrap();
        let message = Message::read(&line);
        prop_assert_eq!(message.code, &code);
        let read: Vec<_> = message
            .parameters
            .iter()
            .map(|parameter| (parameter.code.to_owned(), parameter.value.to_owned()))
            .collect();
        prop_assert_eq!(read, parameters);
    }

    /// Any text is some line, and comes out as it went in; no event of it panics.
    #[test]
    fn any_text_comes_out_as_it_went_in(
        line in r"(VZ|EV|EE)?([\\{}]|\\[A-Z][A-Z2]|[a-z0-9.é€]|\PC){0,40}[^\r\n]",
    ) {
        prop_assert_eq!(Message::read(&line).to_string(), &*line);
        let mut page = Page::default();
        page.hears(&line);
        page.hears(&format!("VZ\\SI1\\ANJoe\\YS{line}"));
        let _ = EventRequest::from_message(&Message::read(&line));
    }

    /// Neither do any bytes.
    #[test]
    fn any_bytes_are_some_line(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = Message::read(&text).to_string();
        let _ = LocalTime::from_ole(&text);
        let _ = callgem::read(Payload::from_json(&text), &mut Oddities::default(), |_, _| ());
    }

    /// A date is read back to the millisecond.
    #[test]
    fn a_date_is_read_back(milliseconds in -59_000_000_000_000_i64..253_000_000_000_000) {
        let time = LocalTime(milliseconds);
        prop_assert_eq!(LocalTime::from_ole(&time.to_ole()), Some(time));
    }

    /// What a clock shows tells when it shows it, but for the hour that it shows twice.
    #[test]
    fn a_clock_tells_when_it_shows_a_time(offset in -720_i32..840, now in 0_i64..4_000_000_000_000) {
        let clock = LocalClock::new(
            Zone { minutes_east: offset },
            vec![(Moment(2_000_000_000_000), Zone { minutes_east: offset + 60 })],
        );
        prop_assert_eq!(clock.moment(clock.show(Moment(now))), Moment(now));
    }

    /// A request that can be sent is read back; one that cannot says why in words.
    #[test]
    fn a_request_is_read_back(
        texts in prop::array::uniform5(prop::option::of(value())),
        tenant in prop::option::of("[a-zA-Z0-9]{0,90}"),
        rate in prop::option::of(0_u32..1_100_000),
        refresh in prop::option::of(0_u32..1_500),
        since in prop::option::of(0_i64..4_000_000_000_000),
    ) {
        let [campaign, queue, switch, persist_token, token] = texts.map(|text| text.map(String::into_boxed_str));
        let request = EventRequest {
            transaction: "T1".into(),
            tenant: tenant.map(String::into_boxed_str),
            campaign,
            queue,
            switch,
            persist_token,
            rate,
            token,
            since: since.map(LocalTime),
            refresh,
        };
        match request.line() {
            Ok(line) => prop_assert_eq!(EventRequest::from_message(&Message::read(&line)), Ok(request)),
            Err(error) => prop_assert!(error.to_string().contains(' ')),
        }
    }
}
