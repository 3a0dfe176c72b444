//! Normal and Student t: the tails and quantiles behind intervals and tests.
//!
//! Accurate to about 1e-12; tested against published tables. Source: Abramowitz and Stegun 7.1, 26.2, 26.5, 26.7.

/// Normal quantile of 0.975: the two-sided 95 % interval. Source: handbook 00.
pub const Z_95: f64 = 1.959_964;

/// P(Z > z) for a standard normal Z.
pub fn normal_upper_tail(z: f64) -> f64 {
    let t = z / std::f64::consts::SQRT_2;
    0.5 * if t >= 0.0 { erfc(t) } else { 2.0 - erfc(-t) }
}

/// Complementary error function for x >= 0: a series where it converges fast, a continued fraction further out.
fn erfc(x: f64) -> f64 {
    if x > 27.0 {
        return 0.0;
    }
    let scale = (-x * x).exp();
    if x < 2.5 {
        // erf(x) = 2/sqrt(pi) * exp(-x^2) * sum of 2^n x^(2n+1) / (1*3*...*(2n+1))
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= 2.0 * x * x / f64::from(2 * n + 1);
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        return 1.0 - std::f64::consts::FRAC_2_SQRT_PI * scale * sum;
    }
    let mut fraction = x;
    for k in (1..=100).rev() {
        fraction = x + f64::from(k) / 2.0 / fraction;
    }
    scale / (fraction * std::f64::consts::PI.sqrt())
}

/// z with P(Z <= z) = `probability`. `None` outside the open interval 0..1.
///
/// ```
/// let z = keelson_methods::distributions::normal_quantile(0.975).unwrap();
/// assert!((z - 1.959964).abs() < 1e-6);
/// ```
pub fn normal_quantile(probability: f64) -> Option<f64> {
    inside(probability).then(|| find_quantile(probability, |z| 1.0 - normal_upper_tail(z)))
}

/// t with P(T <= t) = `probability` for Student's t with `degrees` degrees of freedom (at least 1, need not be whole).
/// `None` outside the open interval 0..1 or below one degree.
pub fn student_quantile(probability: f64, degrees: f64) -> Option<f64> {
    (inside(probability) && degrees >= 1.0 && degrees.is_finite())
        .then(|| find_quantile(probability, |t| student_cdf(t, degrees)))
}

fn inside(probability: f64) -> bool {
    probability > 0.0 && probability < 1.0
}

fn student_cdf(t: f64, degrees: f64) -> f64 {
    let tail = 0.5 * regularised_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5);
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// Bisection on a distribution function, after doubling the bracket until it holds the quantile.
fn find_quantile(probability: f64, cdf: impl Fn(f64) -> f64) -> f64 {
    let mut reach = 1.0;
    while reach < 1e12 && (cdf(-reach) > probability || cdf(reach) < probability) {
        reach *= 2.0;
    }
    let (mut low, mut high) = (-reach, reach);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if cdf(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
        if high - low <= 1e-13 * (1.0 + high.abs()) {
            break;
        }
    }
    f64::midpoint(low, high)
}

/// The regularised incomplete beta function by its continued fraction (Lentz). Source: Abramowitz and Stegun 26.5.8.
#[expect(
    clippy::many_single_char_names,
    reason = "the letters of the formula in the book"
)]
fn regularised_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - regularised_beta(1.0 - x, b, a);
    }
    let front =
        (a * x.ln() + b * (-x).ln_1p() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)).exp() / a;
    let keep_off_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut c, mut d) = (1.0, 1.0 / keep_off_zero(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..500 {
        let m = f64::from(m);
        for numerator in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / keep_off_zero(1.0 + numerator * d);
            c = keep_off_zero(1.0 + numerator / c);
            fraction *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * fraction
}

/// Natural logarithm of the gamma function for x > 0, by Stirling's series after shifting x above 10.
fn ln_gamma(x: f64) -> f64 {
    let (mut shifted, mut product) = (x, 1.0);
    while shifted < 10.0 {
        product *= shifted;
        shifted += 1.0;
    }
    let inverse = 1.0 / shifted;
    let square = inverse * inverse;
    let series = inverse
        * (1.0 / 12.0
            - square
                * (1.0 / 360.0
                    - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))));
    (shifted - 0.5) * shifted.ln() - shifted + 0.5 * std::f64::consts::TAU.ln() + series
        - product.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(left: f64, right: f64, within: f64) {
        assert!((left - right).abs() < within, "{left} is not {right}");
    }

    #[test]
    fn normal_quantiles_are_those_of_the_handbook() {
        for (probability, z) in [
            (0.90, 1.281_552),
            (0.95, 1.644_854),
            (0.975, Z_95),
            (0.99, 2.326_348),
        ] {
            close(normal_quantile(probability).unwrap(), z, 1e-6);
        }
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (None, None));
    }

    #[test]
    fn normal_tails_are_those_of_the_tables() {
        close(normal_upper_tail(0.0), 0.5, 1e-15);
        close(normal_upper_tail(1.0), 0.158_655_253_931_457, 1e-14);
        close(normal_upper_tail(3.0), 0.001_349_898_031_630_1, 1e-15);
        close(normal_upper_tail(-2.0), 0.977_249_868_051_82, 1e-13);
        close(normal_upper_tail(6.0) / 9.865_876_450_377e-10, 1.0, 1e-10);
    }

    #[test]
    fn student_quantiles_are_those_of_the_tables() {
        for (degrees, t) in [
            (1.0, 12.706_205),
            (2.0, 4.302_653),
            (5.0, 2.570_582),
            (30.0, 2.042_272),
            (1000.0, 1.962_339),
        ] {
            close(student_quantile(0.975, degrees).unwrap(), t, 1e-6);
        }
        assert_eq!(student_quantile(0.975, 0.5), None);
    }

    proptest! {
        #[test]
        fn a_quantile_is_the_inverse_of_the_tail(z in -6.0..6.0f64) {
            let back = normal_quantile(1.0 - normal_upper_tail(z)).unwrap();
            prop_assert!((back - z).abs() < 1e-5);
        }

        #[test]
        fn student_comes_close_to_normal_from_outside(probability in 0.6..0.999f64, degrees in 3.0..500.0f64) {
            let (t, z) = (student_quantile(probability, degrees).unwrap(), normal_quantile(probability).unwrap());
            prop_assert!(t >= z - 1e-9);
            prop_assert!(student_quantile(probability, degrees * 4.0).unwrap() <= t + 1e-9);
        }
    }
}
