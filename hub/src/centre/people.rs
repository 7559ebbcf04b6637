//! Names and numbers of the people and places in the centre.
//!
//! Lives here: the lists from which agents, queues and callers get believable names.
//! May not live here: anything that decides what happens. Every name is made from the seed alone, so
//! the same settings always give the same centre. Telephone numbers come from ranges that national
//! regulators keep for fiction.

use super::id::AgentId;
use super::random::Dice;

const FIRST_NAMES: [&str; 48] = [
    "Aino", "Ana", "Amira", "Andrzej", "Anneli", "Astrid", "Ayşe", "Björn", "Bo", "Carmen", "Chiara",
    "Chinedu", "Daniel", "Eero", "Elena", "Émile", "Eva", "Farid", "Fatima", "Giulia", "Hanna", "Henrik",
    "Ingrid", "Isabel", "Jana", "Jesús", "Joonas", "Julia", "Kaisa", "Karim", "Lars", "Linnea", "Lucía",
    "Marek", "Matti", "Mei", "Mikko", "Nadia", "Noor", "Olga", "Øyvind", "Pedro", "Priya", "Sanna", "Søren",
    "Thanh", "Yuki", "Zoë",
];

const LAST_NAMES: [&str; 48] = [
    "Abdi",
    "Andersson",
    "Bakker",
    "Bergström",
    "Bianchi",
    "Çelik",
    "Chen",
    "Costa",
    "Dahl",
    "de Vries",
    "Fernández",
    "Fischer",
    "García",
    "Haddad",
    "Hansen",
    "Heikkinen",
    "Ivanova",
    "Jansen",
    "Jensen",
    "Johansson",
    "Kaya",
    "Korhonen",
    "Kowalski",
    "Laine",
    "Lindholm",
    "Mäkelä",
    "Martins",
    "Müller",
    "Nguyen",
    "Nieminen",
    "Novák",
    "Nowak",
    "Okafor",
    "Olsen",
    "Patel",
    "Petrov",
    "Rantanen",
    "Rossi",
    "Salminen",
    "Santos",
    "Schmidt",
    "Silva",
    "Sørensen",
    "Tanaka",
    "Tamm",
    "Virtanen",
    "Weber",
    "Wójcik",
];

const SERVICES: [&str; 14] = [
    "Support",
    "Sales",
    "Billing",
    "Orders",
    "Returns",
    "Technical help",
    "Reservations",
    "Claims",
    "New customers",
    "Deliveries",
    "Membership",
    "Faults",
    "Appointments",
    "Business line",
];

const LANGUAGES: [&str; 8] = ["FI", "SV", "EN", "DE", "ES", "DA", "NO", "NL"];

/// The login id of the first agent; the others follow.
const FIRST_LOGIN: u32 = 1_001;

/// The extension of the first agent's desk; the others follow.
const FIRST_EXTENSION: u32 = 4_001;

/// The login id of an agent.
pub(super) fn login_of(agent: AgentId) -> String {
    (FIRST_LOGIN + agent.number()).to_string()
}

/// The agent to whom a login id would belong, whether or not the centre has so many.
pub fn agent_with_login(login: &str) -> Option<AgentId> {
    let number: u32 = login.parse().ok()?;
    number.checked_sub(FIRST_LOGIN).map(AgentId::new)
}

/// The extension of an agent's own desk.
pub(super) fn extension_of(agent: AgentId) -> String {
    (FIRST_EXTENSION + agent.number()).to_string()
}

/// Whether a number is an extension of a house with so many desks, be anybody there or not.
pub(super) fn is_extension(number: &str, desks: u32) -> bool {
    let last = (FIRST_EXTENSION + desks).max(4_999);
    number.len() == 4
        && number
            .parse()
            .is_ok_and(|number: u32| (4_000..=last).contains(&number))
}

/// The name of the `number`-th agent, counted from 0: no two alike below 2,304.
pub(super) fn agent_name(seed: u64, number: u32) -> String {
    let count = FIRST_NAMES.len();
    let start = Dice::new(seed ^ 0x6E61_6D65).position(count * count);
    // 1,009 is prime and has no factor in common with 48 × 48: the walk meets every pair once.
    let place = (start + number as usize * 1_009) % (count * count);
    let first = FIRST_NAMES.get(place / count).copied().unwrap_or("Ann");
    let last = LAST_NAMES.get(place % count).copied().unwrap_or("Berg");
    let round = number as usize / (count * count);
    if round == 0 {
        format!("{first} {last}")
    } else {
        format!("{first} {last} {}", round + 1)
    }
}

/// The e-mail-like user name that belongs to a name and a login id.
pub(super) fn user_name(name: &str, login: &str) -> String {
    let mut local = String::with_capacity(name.len() + 6);
    for character in name.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => local.push(character),
            'å' | 'ä' | 'á' | 'ã' => local.push('a'),
            'ö' | 'ø' | 'ó' => local.push('o'),
            'é' | 'ë' | 'è' => local.push('e'),
            'í' => local.push('i'),
            'ú' | 'ü' => local.push('u'),
            'ç' => local.push('c'),
            'ş' => local.push('s'),
            'ł' => local.push('l'),
            ' ' => local.push('.'),
            _ => {}
        }
    }
    format!("{local}.{login}@example.com")
}

/// The name of the `number`-th queue, counted from 0: no two alike below 112.
pub(super) fn queue_name(number: u32) -> String {
    let number = number as usize;
    let service = SERVICES
        .get(number % SERVICES.len())
        .copied()
        .unwrap_or("Service");
    let place = number / SERVICES.len() + number % SERVICES.len() % 3;
    let language = LANGUAGES.get(place % LANGUAGES.len()).copied().unwrap_or("EN");
    let round = number / (SERVICES.len() * LANGUAGES.len());
    if round == 0 {
        format!("{service} {language}")
    } else {
        format!("{service} {language} {}", round + 1)
    }
}

/// British areas with numbers for fiction of the form 496 0xxx.
const BRITISH_AREAS: [u16; 11] = [113, 114, 115, 116, 117, 118, 121, 131, 141, 151, 161];

/// American areas; 555-01xx is for fiction in each of them.
const AMERICAN_AREAS: [u16; 12] = [202, 212, 303, 312, 404, 415, 503, 617, 702, 713, 808, 907];

/// A caller's number in the international form, from a range that is kept for fiction. Its last two
/// digits are neither 00 nor 99, which mean "busy" and "never answers" when somebody dials them.
pub(super) fn outside_number(dice: &mut Dice) -> String {
    let ending = dice.between(1, 98);
    let digit = dice.between(0, 9);
    match dice.between(0, 9) {
        0..=2 => format!("+447700900{digit}{ending:02}"),
        3 | 4 => format!("+441632960{digit}{ending:02}"),
        5 | 6 => {
            let area = dice.one_of(&BRITISH_AREAS).copied().unwrap_or(113);
            format!("+44{area}4960{digit}{ending:02}")
        }
        7 => format!("+467017406{:02}", ending.max(5)),
        8 => format!("+4917139200{ending:02}"),
        _ => {
            let area = dice.one_of(&AMERICAN_AREAS).copied().unwrap_or(202);
            format!("+1{area}55501{ending:02}")
        }
    }
}

/// The number that callers of the `number`-th queue dial, a British freephone number for fiction.
pub(super) fn queue_number(number: u32) -> String {
    format!("+448081570{:03}", number % 1_000)
}

/// A contact's name, as somebody leaves it.
pub(super) fn contact_name(dice: &mut Dice) -> String {
    let first = dice.one_of(&FIRST_NAMES).copied().unwrap_or_default();
    let last = dice.one_of(&LAST_NAMES).copied().unwrap_or_default();
    format!("{first} {last}")
}

/// The reasons by which agents file calls, in the order of a menu.
pub const WRAP_UP_REASONS: [&str; 7] = [
    "Order",
    "Invoice",
    "Delivery",
    "Complaint",
    "Technical fault",
    "Call again",
    "Wrong number",
];

/// What contacts say when they ask for a callback.
pub(super) const MESSAGES: [&str; 6] = [
    "",
    "",
    "Please call after work",
    "About my last invoice",
    "The delivery has not arrived",
    "Wants to change the contract",
];

/// What agents note after an attempt that reached the contact.
pub(super) const NOTES_REACHED: [&str; 4] = [
    "Settled on the phone",
    "Will send the papers",
    "Asked to call again",
    "Passed on to the specialist",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_distinct() {
        let agents: HashSet<String> = (0..5_000).map(|number| agent_name(3, number)).collect();
        assert_eq!(agents.len(), 5_000);
        let queues: HashSet<String> = (0..200).map(queue_name).collect();
        assert_eq!(queues.len(), 200);
    }

    #[test]
    fn callers_can_be_dialled() {
        let mut dice = Dice::new(1);
        for _ in 0..1_000 {
            let number = outside_number(&mut dice);
            let digits = number.strip_prefix('+').expect("an international number");
            assert!((11..=12).contains(&digits.len()), "{number}");
            assert!(digits.bytes().all(|digit| digit.is_ascii_digit()), "{number}");
            assert!(!number.ends_with("00") && !number.ends_with("99"), "{number}");
        }
    }

    #[test]
    fn user_names_are_plain() {
        assert_eq!(
            user_name("Øyvind Mäkelä", "1001"),
            "oyvind.makela.1001@example.com"
        );
    }
}
