//! A scoring function as a small drawing: what each value would score, and where this one lies.

use keelson_methods::scoring::ScoringFunction;

use crate::kit::{Html, esc};

const W: f64 = 72.0;
const H: f64 = 28.0;
const PAD: f64 = 3.0;
/// Steps of the line: enough that a logarithm looks like one.
const STEPS: u32 = 24;

/// Draws the points over the values from a little beyond the threshold to a little beyond the target.
pub(crate) fn curve(
    function: &ScoringFunction,
    target: f64,
    threshold: f64,
    value: Option<f64>,
    words: &str,
) -> Html {
    let axis = Axis::of(function, target, threshold);
    let y = |points: f64| H - PAD - points / 100.0 * (H - 2.0 * PAD);
    let x = |share: f64| PAD + share.clamp(0.0, 1.0) * (W - 2.0 * PAD);
    let mut path = String::new();
    for step in 0..=STEPS {
        let share = f64::from(step) / f64::from(STEPS);
        if let Some(points) = function.points(axis.value(share), target, threshold) {
            let command = if path.is_empty() { 'M' } else { 'L' };
            path.push_str(&format!("{command}{:.1} {:.1}", x(share), y(points)));
        }
    }
    let dot = value
        .and_then(|value| {
            let points = function.points(value, target, threshold)?;
            Some(format!(
                "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\"/>",
                x(axis.share(value)),
                y(points)
            ))
        })
        .unwrap_or_default();
    Html::trusted(format!(
        "<svg class=\"spark curve\" viewBox=\"0 0 {W} {H}\" role=\"img\" aria-label=\"{}\"><path class=\"ln\" d=\"{path}\"/>{dot}</svg>",
        esc(words)
    ))
}

/// The values on the drawing: evenly spaced, or evenly on a logarithm for heavy tails.
struct Axis {
    low: f64,
    high: f64,
    offset: Option<f64>,
}

impl Axis {
    fn of(function: &ScoringFunction, target: f64, threshold: f64) -> Self {
        let (low, high) = (target.min(threshold), target.max(threshold));
        if let ScoringFunction::Log { offset } = function
            && low + offset > 0.0
        {
            let scale = |value: f64| (value + offset).ln();
            let margin = 0.15 * (scale(high) - scale(low));
            return Self {
                low: scale(low) - margin,
                high: scale(high) + margin,
                offset: Some(*offset),
            };
        }
        // A two-sided target has a threshold at the same distance on its other side.
        let low = match function {
            ScoringFunction::TwoSided { .. } => target - (high - low),
            _ => low,
        };
        let high = match function {
            ScoringFunction::TwoSided { .. } => 2.0 * target - low,
            _ => high,
        };
        let margin = 0.15 * (high - low);
        Self {
            low: low - margin,
            high: high + margin,
            offset: None,
        }
    }

    fn value(&self, share: f64) -> f64 {
        let at = self.low + share * (self.high - self.low);
        match self.offset {
            Some(offset) => at.exp() - offset,
            None => at,
        }
    }

    fn share(&self, value: f64) -> f64 {
        let at = match self.offset {
            Some(offset) if value + offset > 0.0 => (value + offset).ln(),
            Some(_) => self.low,
            None => value,
        };
        (at - self.low) / (self.high - self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dot_lies_on_the_line_at_its_value() {
        let html = curve(&ScoringFunction::Linear, 0.98, 0.80, Some(0.98), "a").to_string();
        // 100 points are the top of the drawing.
        assert!(html.contains(&format!("cy=\"{PAD:.1}\"")), "{html}");
        let none = curve(&ScoringFunction::LOG, 50.0, 5000.0, None, "a").to_string();
        assert!(
            none.contains("<path") && !none.contains("<circle"),
            "{none}"
        );
    }

    #[test]
    fn a_value_beyond_the_drawing_stays_on_its_edge() {
        let html = curve(&ScoringFunction::LOG, 50.0, 5000.0, Some(1e9), "a").to_string();
        assert!(html.contains(&format!("cx=\"{:.1}\"", W - PAD)), "{html}");
    }
}
