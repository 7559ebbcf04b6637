//! Floating-point numbers to decimal text and back, exactly.
//!
//! Lives here: the shortest text that reads back as the same number, and the number nearest to a text.
//! May not be here: the formats of either encoding, and what a number means.
//! The standard library's own conversions would cost the page 18 kB, these cost it 2 kB (brotli).
//! Sources: "How to print (and: read) floating-point numbers accurately", Steele and White, and Clinger, 1990.

use std::cmp::Ordering;

/// More significant digits than this never decide how a number is rounded: the longest exact midpoint between
/// two doubles has 768. What comes after them only matters in whether it is zero.
const DIGITS_KEPT: usize = 770;

/// Decimal exponents beyond this are as good as infinite; it keeps sums of them small.
const EXPONENT_LIMIT: i64 = 1 << 40;

/// Powers of ten up to this one are exact in a double.
const EXACT_POWER: u64 = 22;

/// Appends the shortest decimal text that reads back as `value`. Infinities and what is no number have no text
/// in JSON and become `null`, as they do in JavaScript.
pub(super) fn write(value: f64, out: &mut String) {
    let bits = value.to_bits();
    let layout = Layout {
        fraction_bits: 52,
        least_exponent: -1074,
    };
    write_parts(bits >> 63 != 0, bits & !(1 << 63), layout, out);
}

/// The same for single precision: `0.1` and not `0.10000000149011612`, which would be the nearest double.
pub(super) fn write_single(value: f32, out: &mut String) {
    let bits = value.to_bits();
    let layout = Layout {
        fraction_bits: 23,
        least_exponent: -149,
    };
    write_parts(bits >> 31 != 0, u64::from(bits & !(1 << 31)), layout, out);
}

/// How a binary floating-point number of IEEE 754 is put together.
#[derive(Clone, Copy)]
struct Layout {
    fraction_bits: u32,
    /// The exponent of the last bit of the smallest numbers.
    least_exponent: i32,
}

fn write_parts(negative: bool, magnitude: u64, layout: Layout, out: &mut String) {
    let hidden = 1_u64 << layout.fraction_bits;
    let biased = (magnitude >> layout.fraction_bits) as i32;
    // All ones are the infinities and what is no number.
    if biased == 2 * (1 - layout.least_exponent - layout.fraction_bits as i32) + 1 {
        out.push_str("null");
        return;
    }
    if negative {
        out.push('-');
    }
    let fraction = magnitude & (hidden - 1);
    let (mantissa, exponent) = if biased == 0 {
        (fraction, layout.least_exponent)
    } else {
        (fraction | hidden, layout.least_exponent + biased - 1)
    };
    if mantissa == 0 {
        out.push('0');
        return;
    }
    // The neighbour below a power of two is half as far away as the one above.
    let lopsided = fraction == 0 && biased > 1;
    let (digits, point) = shortest(mantissa, exponent, lopsided);
    lay_out(&digits, point, out);
}

/// The fewest decimal digits that tell `mantissa × 2^exponent` from its neighbours, nearest to it among those,
/// and where the decimal point stands: the number is `0.d₁d₂… × 10^point`.
fn shortest(mantissa: u64, exponent: i32, lopsided: bool) -> (Vec<u8>, i32) {
    // number = rest / scale; above and below are half the ways to the neighbours, by the same scale.
    let up = exponent.max(0) as u32;
    let down = (-exponent).max(0) as u32;
    let extra = u32::from(lopsided);
    let mut rest = Big::from(mantissa);
    rest.shift_left(up + 1 + extra);
    let mut scale = Big::from(1);
    scale.shift_left(down + 1 + extra);
    let mut below = Big::from(1);
    below.shift_left(up);
    // Where the point stands: the bits times log10 of 2, at most one too low.
    let bits = 64 - mantissa.leading_zeros() as i32 + exponent;
    let mut point = ((i64::from(bits) * 1_292_913_986) >> 32) as i32;
    if point >= 0 {
        scale.multiply_by_power_of_ten(point as u32);
    } else {
        rest.multiply_by_power_of_ten(point.unsigned_abs());
        below.multiply_by_power_of_ten(point.unsigned_abs());
    }
    let mut above = below.clone();
    above.shift_left(extra);
    // An even mantissa wins the ties, so the very middle between it and a neighbour still reads back as it.
    let even = mantissa.is_multiple_of(2);
    let reaches = |order: Ordering| order.is_gt() || (even && order.is_eq());
    if reaches(rest.plus(&above).cmp(&scale)) {
        point += 1;
    } else {
        for big in [&mut rest, &mut below, &mut above] {
            big.multiply_and_add(10, 0);
        }
    }
    let mut digits = Vec::with_capacity(17);
    loop {
        let mut digit = b'0';
        while rest.cmp(&scale).is_ge() {
            rest.subtract(&scale);
            digit += 1;
        }
        let low = reaches(below.cmp(&rest));
        let high = reaches(rest.plus(&above).cmp(&scale));
        if low || high {
            // Of the digits that do, the nearer one; it is never ten, since the one before was not `high`.
            let round_up = high && (!low || rest.plus(&rest).cmp(&scale).is_ge());
            digits.push(digit + u8::from(round_up));
            return (digits, point);
        }
        digits.push(digit);
        for big in [&mut rest, &mut below, &mut above] {
            big.multiply_and_add(10, 0);
        }
    }
}

/// Writes `0.d₁d₂… × 10^point` as people do, with an exponent only where there would be many zeros.
fn lay_out(digits: &[u8], point: i32, out: &mut String) {
    let count = digits.len() as i32;
    let mut push = |digits: &[u8]| out.extend(digits.iter().copied().map(char::from));
    match point {
        -5..=0 => {
            push(b"0.");
            (point..0).for_each(|_| push(b"0"));
            push(digits);
        }
        1..=16 => {
            let (whole, fraction) = digits.split_at_checked(point as usize).unwrap_or((digits, &[]));
            push(whole);
            (count..point).for_each(|_| push(b"0"));
            if !fraction.is_empty() {
                push(b".");
                push(fraction);
            }
        }
        _ => {
            let (first, fraction) = digits.split_at_checked(1).unwrap_or((digits, &[]));
            push(first);
            if !fraction.is_empty() {
                push(b".");
                push(fraction);
            }
            push(if point < 1 { b"e-" } else { b"e" });
            let exponent = u64::from((point - 1).unsigned_abs());
            out.push_str(&exponent.to_string());
        }
    }
}

/// A whole number without a sign, if these are nothing but digits and it has 64 bits or fewer.
pub(super) fn whole(digits: &str) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.bytes().try_fold(0_u64, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// The double nearest to a number written as in JSON; of two equally near ones the even. Too large is infinite,
/// too small is zero. Work is bounded by the text's length and a constant, whatever the exponent says.
pub(super) fn read(text: &str) -> f64 {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let magnitude = Decimal::read(text.as_bytes()).nearest();
    if negative { -magnitude } else { magnitude }
}

/// `digits × 10^exponent`.
struct Decimal {
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn read(text: &[u8]) -> Self {
        let mut decimal = Self {
            digits: Vec::new(),
            exponent: 0,
        };
        let mut after_point = false;
        let mut bytes = text.iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'0'..=b'9' => decimal.push(byte - b'0', after_point),
                b'.' => after_point = true,
                b'e' | b'E' => {
                    let stated = exponent(bytes.as_slice());
                    decimal.exponent = decimal.exponent.saturating_add(stated);
                    break;
                }
                _ => break,
            }
        }
        // Zeros at the end are no digits that count; without them most numbers are small.
        while let Some((0, rest)) = decimal
            .digits
            .split_last()
            .map(|(last, rest)| (*last, rest.len()))
        {
            decimal.digits.truncate(rest);
            decimal.exponent += 1;
        }
        decimal
    }

    fn push(&mut self, digit: u8, after_point: bool) {
        let kept = self.digits.len();
        if kept < DIGITS_KEPT && (kept > 0 || digit > 0) {
            self.digits.push(digit);
            self.exponent -= i64::from(after_point);
        } else if kept == 0 {
            self.exponent -= i64::from(after_point);
        } else {
            self.exponent += i64::from(!after_point);
            // One digit stands for all that were dropped.
            if digit > 0
                && let Some(last) = self.digits.last_mut()
            {
                *last = (*last).max(1);
            }
        }
    }

    fn nearest(&self) -> f64 {
        let magnitude = self.digits.len() as i64 + self.exponent;
        if self.digits.is_empty() || magnitude < -325 {
            return 0.0;
        }
        if magnitude > 310 {
            return f64::INFINITY;
        }
        if self.digits.len() <= 15 && self.exponent.unsigned_abs() <= EXACT_POWER {
            // Both are exact in a double, so that one operation on them rounds once.
            let number = self
                .digits
                .iter()
                .fold(0.0, |sum, digit| sum * 10.0 + f64::from(*digit));
            let power = (0..self.exponent.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
            return if self.exponent < 0 {
                number / power
            } else {
                number * power
            };
        }
        let mut number = Big::from(0);
        for digit in &self.digits {
            number.multiply_and_add(10, u32::from(*digit));
        }
        let mut scale = Big::from(1);
        let power = self.exponent.unsigned_abs() as u32;
        if self.exponent < 0 {
            scale.multiply_by_power_of_ten(power);
        } else {
            number.multiply_by_power_of_ten(power);
        }
        quotient(number, scale)
    }
}

/// The exponent of a decimal number, cut to what still makes a difference.
fn exponent(text: &[u8]) -> i64 {
    let negative = text.first() == Some(&b'-');
    let digits = text
        .strip_prefix(b"-")
        .or(text.strip_prefix(b"+"))
        .unwrap_or(text);
    let size = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0_i64, |sum, byte| {
            (sum * 10 + i64::from(byte - b'0')).min(EXPONENT_LIMIT)
        });
    if negative { -size } else { size }
}

/// The double nearest to `number / scale`, neither of which is zero.
fn quotient(mut number: Big, mut scale: Big) -> f64 {
    // Bring the quotient between 1 and 2; `exponent` is what was taken out.
    let mut exponent = number.bits() as i32 - scale.bits() as i32;
    if exponent >= 0 {
        scale.shift_left(exponent.unsigned_abs());
    } else {
        number.shift_left(exponent.unsigned_abs());
    }
    if number.cmp(&scale).is_lt() {
        number.shift_left(1);
        exponent -= 1;
    }
    if exponent > 1023 {
        return f64::INFINITY;
    }
    // Below the normal numbers fewer bits are left; below all of them none.
    let wanted = (exponent + 1075).min(53);
    if wanted < 0 {
        return 0.0;
    }
    let mut mantissa = 0_u64;
    for _ in 0..wanted {
        mantissa <<= 1;
        if number.cmp(&scale).is_ge() {
            number.subtract(&scale);
            mantissa |= 1;
        }
        number.shift_left(1);
    }
    // What is left is twice the fraction that was not taken.
    let round_up = match number.cmp(&scale) {
        Ordering::Greater => 1,
        Ordering::Equal => mantissa & 1,
        Ordering::Less => 0,
    };
    mantissa += round_up;
    // A mantissa that was rounded up to the next power of two carries into the exponent by itself.
    let biased = (exponent + 1022).max(0) as u64;
    f64::from_bits((biased << 52) + mantissa)
}

/// A natural number of any size: groups of 32 bits, the lowest first, the highest not zero.
#[derive(Clone, PartialEq, Eq)]
struct Big(Vec<u32>);

impl From<u64> for Big {
    fn from(number: u64) -> Self {
        let mut big = Self(vec![number as u32, (number >> 32) as u32]);
        big.trim();
        big
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        let longer = self.0.len().cmp(&other.0.len());
        longer.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Big {
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn bits(&self) -> u32 {
        let highest = self.0.last().map_or(0, |group| group.leading_zeros());
        self.0.len() as u32 * 32 - highest
    }

    fn multiply_and_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for group in &mut self.0 {
            carry += u64::from(*group) * u64::from(factor);
            *group = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn multiply_by_power_of_ten(&mut self, power: u32) {
        for _ in 0..power / 9 {
            self.multiply_and_add(1_000_000_000, 0);
        }
        self.multiply_and_add(10_u32.pow(power % 9), 0);
    }

    fn shift_left(&mut self, bits: u32) {
        if !bits.is_multiple_of(32) {
            self.multiply_and_add(1 << (bits % 32), 0);
        }
        let groups = bits as usize / 32;
        if groups > 0 && !self.0.is_empty() {
            let mut shifted = vec![0; groups];
            shifted.extend_from_slice(&self.0);
            self.0 = shifted;
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        let missing = other.0.len().saturating_sub(sum.0.len());
        sum.0.extend((0..missing).map(|_| 0));
        let mut carry = 0;
        let summands = other.0.iter().copied().chain(std::iter::repeat(0));
        for (group, summand) in sum.0.iter_mut().zip(summands) {
            carry += u64::from(*group) + u64::from(summand);
            *group = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            sum.0.push(carry as u32);
        }
        sum
    }

    /// Takes `other` away, which must not be larger.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0_i64;
        let subtrahends = other.0.iter().copied().chain(std::iter::repeat(0));
        for (group, subtrahend) in self.0.iter_mut().zip(subtrahends) {
            borrow += i64::from(*group) - i64::from(subtrahend);
            *group = borrow as u32;
            borrow >>= 32;
        }
        self.trim();
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: f64) -> String {
        let mut text = String::new();
        write(value, &mut text);
        text
    }

    fn written_single(value: f32) -> String {
        let mut text = String::new();
        write_single(value, &mut text);
        text
    }

    /// The digits and the exponent, however the text is laid out.
    fn digits(text: &str) -> (String, i32) {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let leading = all.len() - all.trim_start_matches('0').len();
        let digits = all.trim_matches('0').to_owned();
        let point = whole.len() as i32 + exponent.parse::<i32>().unwrap() - leading as i32;
        (digits, point)
    }

    fn check_writing(value: f64) {
        let text = written(value);
        assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{text}");
        assert_eq!(read(&text).to_bits(), value.to_bits(), "{text}");
        if value != 0.0 {
            let unsigned = text.trim_start_matches('-');
            assert_eq!(digits(unsigned), digits(&format!("{:e}", value.abs())), "{text}");
        }
        assert!(serde_json::from_str::<f64>(&text).is_ok(), "{text} is no JSON");
    }

    fn check_reading(text: &str) {
        assert_eq!(
            read(text).to_bits(),
            text.parse::<f64>().unwrap().to_bits(),
            "{text}"
        );
    }

    /// Numbers where such code goes wrong.
    fn extremes() -> Vec<f64> {
        let mut all = vec![
            0.0,
            -0.0,
            0.005,
            0.1,
            1.0 / 3.0,
            5e-324,
            f64::MIN_POSITIVE,
            f64::from_bits(f64::MIN_POSITIVE.to_bits() - 1),
            f64::MAX,
            f64::MIN,
            f64::EPSILON,
            9_007_199_254_740_993.0,
            9.5e-5,
            1e21,
            1e22,
            1e23,
            2e-44,
            123_456_789_012_345_680.0,
            5.684_341_886_080_802e-14,
        ];
        all.extend((-1074..1024).map(|power| 2.0_f64.powi(power)));
        all.extend((-323..309).filter_map(|power| format!("1e{power}").parse::<f64>().ok()));
        let neighbours = |value: &f64| {
            let bits = value.to_bits();
            [bits.wrapping_sub(1), bits, bits.wrapping_add(1)].map(f64::from_bits)
        };
        let mut near: Vec<f64> = all.iter().flat_map(neighbours).collect();
        near.retain(|value| value.is_finite());
        near
    }

    #[test]
    fn extremes_are_written_and_read_back() {
        extremes().into_iter().for_each(check_writing);
    }

    #[test]
    fn texts_look_as_people_write_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-42.5, "-42.5"),
            (0.005, "0.005"),
            (0.000_001, "0.000001"),
            (0.000_000_1, "1e-7"),
            (1_234_567.125, "1234567.125"),
            (1e15, "1000000000000000"),
            (1e16, "1e16"),
            (1.5e300, "1.5e300"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "null"),
            (f64::NEG_INFINITY, "null"),
            (f64::NAN, "null"),
        ] {
            assert_eq!(written(value), text);
        }
        for (value, text) in [
            (0.1_f32, "0.1"),
            (16_777_216.0, "16777216"),
            (f32::MAX, "3.4028235e38"),
            (1e-45, "1e-45"),
            (f32::NAN, "null"),
        ] {
            assert_eq!(written_single(value), text);
        }
    }

    #[test]
    fn hard_texts_are_read_as_the_standard_library_reads_them() {
        for text in [
            "0",
            "-0",
            "1",
            "0.005",
            "1e22",
            "1e23",
            "8.5",
            "9007199254740993",
            "9007199254740992.999",
            "2.2250738585072011e-308",
            "2.2250738585072012e-308",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "4.9e-324",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "179769313486231580793e289",
            "1e309",
            "1e-400",
            "0e999999999999",
            "123456789012345678901234567890",
            "0.000000000000000000000000000001",
            "1E+2",
            "1e-2",
            "100000000000000016777215",
            "100000000000000016777216",
        ] {
            check_reading(text);
            check_reading(&format!("-{}", text.trim_start_matches('-')));
        }
    }

    /// The whole text of the point half way between two doubles, which is the hardest thing to read.
    #[test]
    fn exact_midpoints_and_what_lies_a_hair_beside_them() {
        let midpoint = format!(
            "{}.{}",
            1,
            "0".repeat(15) + "11102230246251565404236316680908203125"
        );
        let subnormal = format!("0.{}", "0".repeat(323) + "24703282292062327208299421");
        for base in [midpoint, subnormal] {
            for tail in ["", "0", "00001", &"0".repeat(2_000), &("0".repeat(2_000) + "1")] {
                check_reading(&(base.clone() + tail));
            }
        }
        // Half way between the largest subnormal number and the smallest normal one: 768 digits that count.
        let doubled = f64::from_bits((1 << 53) - 1);
        let longest = halved(&format!("{doubled:.1074}"));
        assert!(longest.len() > 1_000);
        check_reading(&longest);
        check_reading(&(longest.clone() + "0000000001"));
    }

    /// Half of a decimal text, exactly.
    fn halved(text: &str) -> String {
        let mut rest = 0;
        let mut half = |digit: u8| {
            let value = rest * 10 + (digit - b'0');
            rest = value % 2;
            char::from(b'0' + value / 2)
        };
        let halves: String = text
            .bytes()
            .map(|byte| if byte == b'.' { '.' } else { half(byte) })
            .collect();
        halves + "5"
    }

    #[test]
    fn absurd_lengths_and_exponents_cost_little() {
        let long = "9".repeat(1_000_000);
        check_reading(&long);
        check_reading(&format!("0.{long}"));
        check_reading(&format!("0.{}1", "0".repeat(1_000_000)));
        assert!(read(&format!("1e{long}")).is_infinite());
        assert_eq!(read(&format!("1e-{long}")).to_bits(), 0);
        assert_eq!(
            read(&format!("0.{}1e1000001", "0".repeat(1_000_000))).to_bits(),
            1.0_f64.to_bits()
        );
        for text in ["", "-", "e", "1e", "1e+", "--1", "x", "1x", ".", "-.e-", "1e-+5"] {
            let _ = read(text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn any_double_is_written_and_read_back(bits: u64) {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                check_writing(value);
            } else {
                prop_assert_eq!(written(value), "null");
            }
        }

        #[test]
        fn any_subnormal_is_written_and_read_back(bits in 0..1_u64 << 52) {
            check_writing(f64::from_bits(bits));
        }

        #[test]
        fn any_short_decimal_is_written_and_read_back(whole: i32, scale in 0..9) {
            check_writing(f64::from(whole) / 10.0_f64.powi(scale));
        }

        #[test]
        fn any_single_is_written_and_read_back(bits: u32) {
            let value = f32::from_bits(bits);
            if value.is_finite() {
                let text = written_single(value);
                prop_assert_eq!(text.parse::<f32>().unwrap().to_bits(), bits, "{}", text);
                if value != 0.0 {
                    let known = format!("{:e}", value.abs());
                    prop_assert_eq!(digits(text.trim_start_matches('-')), digits(&known));
                }
            }
        }

        #[test]
        fn any_text_is_read_as_the_standard_library_reads_it(
            text in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?"
        ) {
            check_reading(&text);
        }

        #[test]
        fn long_texts_are_read_too(text in "[1-9][0-9]{700,900}(\\.[0-9]{1,40})?e-?[0-9]{1,4}") {
            check_reading(&text);
        }

        #[test]
        fn what_is_no_number_does_no_harm(text in "[-+0-9.eE]{0,20}") {
            let _ = read(&text);
        }
    }
}
