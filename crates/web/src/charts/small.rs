//! Drawings that fit into a line of text or a table's cell. They are decorative: the figure stands beside them in words.

use super::{Ink, num};
use crate::kit::{Html, Tone};

/// Whether a spark line's course is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Course {
    #[default]
    Neither,
    Better,
    Worse,
}

/// A line without axes. Missing months leave a gap; a value alone between gaps is a dot.
pub fn spark(values: &[Option<f64>], course: Course) -> Html {
    const W: f64 = 72.0;
    const H: f64 = 22.0;
    const PAD: f64 = 3.0;
    let values: Vec<Option<f64>> = values
        .iter()
        .map(|value| value.filter(|value| value.is_finite()))
        .collect();
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    let Some(last) = values.iter().rposition(Option::is_some) else {
        return Html::default();
    };
    let low = known.iter().copied().fold(f64::INFINITY, f64::min);
    let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    let steps = (values.len().max(2) - 1) as f64;
    let x = |i: usize| PAD + i as f64 * (W - 2.0 * PAD) / steps;
    let y = |value: f64| {
        if high > low {
            H - PAD - (value - low) / span * (H - 2.0 * PAD)
        } else {
            H / 2.0
        }
    };
    let mut path = String::new();
    let mut dots = String::new();
    for run in runs(&values) {
        let points: Vec<String> = run
            .iter()
            .map(|(i, value)| format!("{} {}", num(x(*i)), num(y(*value))))
            .collect();
        if let [(i, value)] = run[..] {
            dots.push_str(&format!(
                "<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"1.5\"/>",
                num(x(i)),
                num(y(value))
            ));
        } else {
            path.push_str(&format!("M{}", points.join("L")));
        }
    }
    let class = match course {
        Course::Neither => "",
        Course::Better => " up",
        Course::Worse => " down",
    };
    let line = if path.is_empty() {
        String::new()
    } else {
        format!("<path class=\"ln\" d=\"{path}\"/>")
    };
    let end = values[last].map_or(0.0, y);
    Html::trusted(format!(
        "<svg class=\"spark{class}\" viewBox=\"0 0 {W} {H}\" aria-hidden=\"true\">{line}{dots}\
         <circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"2.25\"/></svg>",
        num(x(last)),
        num(end)
    ))
}

/// A horizontal bar of a share from 0 to 1, with a tick where the target lies.
pub fn bar(share: f64, ink: Ink, target: Option<f64>) -> Html {
    let class = match ink {
        Ink::One => "",
        Ink::Two => "b",
        Ink::Six => "c",
        Ink::Three => "i3",
        Ink::Four => "i4",
        Ink::Five => "i5",
    };
    Html::trusted(drawn_bar(share, class, target))
}

/// As [`bar`], coloured by a judgement the words beside it give too.
pub fn bar_toned(share: f64, tone: Tone, target: Option<f64>) -> Html {
    Html::trusted(drawn_bar(share, tone.class(), target))
}

fn drawn_bar(share: f64, class: &str, target: Option<f64>) -> String {
    let width = if share.is_finite() {
        share.clamp(0.0, 1.0) * 100.0
    } else {
        0.0
    };
    let tick = target
        .filter(|target| target.is_finite())
        .map_or_else(String::new, |target| {
            let x = num(target.clamp(0.0, 1.0) * 100.0);
            format!("<line class=\"tick\" x1=\"{x}%\" x2=\"{x}%\" y1=\"-3\" y2=\"11\"/>")
        });
    format!(
        "<svg class=\"hbar\" aria-hidden=\"true\"><rect class=\"trk\" width=\"100%\" height=\"8\" rx=\"4\"/>\
         <rect class=\"val {class}\" width=\"{}%\" height=\"8\" rx=\"4\"/>{tick}</svg>",
        num(width)
    )
}

/// A value with the interval it may lie in, on a range from `low` to `high`, and the target: how good, and how sure.
pub fn interval(value: f64, between: (f64, f64), target: Option<f64>, range: (f64, f64)) -> Html {
    let all = [value, between.0, between.1, range.0, range.1];
    if !all.iter().all(|number| number.is_finite()) || range.1 <= range.0 {
        return Html::default();
    }
    let x = |at: f64| num(((at - range.0) / (range.1 - range.0)).clamp(0.0, 1.0) * 100.0);
    let tick = target
        .filter(|target| target.is_finite())
        .map_or_else(String::new, |target| {
            format!(
                "<line class=\"tick\" x1=\"{0}%\" x2=\"{0}%\" y1=\"-1\" y2=\"13\"/>",
                x(target)
            )
        });
    Html::trusted(format!(
        "<svg class=\"hbar whisker\" aria-hidden=\"true\"><line class=\"trk-line\" x1=\"0\" x2=\"100%\" y1=\"6\" y2=\"6\"/>{tick}\
         <line class=\"span\" x1=\"{}%\" x2=\"{}%\" y1=\"6\" y2=\"6\"/><circle class=\"dot\" cx=\"{}%\" cy=\"6\" r=\"4\"/></svg>",
        x(between.0.min(between.1)),
        x(between.0.max(between.1)),
        x(value)
    ))
}

/// Neighbouring known values; each gap starts a new run.
pub(super) fn runs(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = Vec::new();
    let mut is_open = false;
    for (i, value) in values.iter().enumerate() {
        match (value, is_open) {
            (Some(value), true) => {
                if let Some(run) = runs.last_mut() {
                    run.push((i, *value));
                }
            }
            (Some(value), false) => {
                runs.push(vec![(i, *value)]);
                is_open = true;
            }
            (None, _) => is_open = false,
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_months_leave_gaps() {
        let html = spark(
            &[
                Some(1.0),
                Some(2.0),
                None,
                Some(3.0),
                None,
                Some(4.0),
                Some(2.0),
            ],
            Course::Better,
        );
        let path = html.as_str();
        assert_eq!(
            path.matches('M').count(),
            2,
            "two runs of at least two: {path}"
        );
        assert_eq!(
            path.matches("<circle").count(),
            2,
            "one value alone, and the end: {path}"
        );
        assert!(!path.contains("NaN"));
    }

    #[test]
    fn nothing_one_value_and_equal_values_are_drawn_without_nan() {
        assert!(spark(&[], Course::Neither).is_empty());
        assert!(spark(&[None, None], Course::Neither).is_empty());
        for values in [
            vec![Some(5.0)],
            vec![Some(5.0), Some(5.0)],
            vec![Some(f64::NAN), Some(1.0)],
        ] {
            let html = spark(&values, Course::Worse);
            assert!(
                !html.as_str().contains("NaN") && html.as_str().contains("<circle"),
                "{html}"
            );
        }
    }

    #[test]
    fn bars_stay_within_their_track() {
        assert!(
            bar(1.7, Ink::One, Some(-1.0))
                .as_str()
                .contains("width=\"100%\"")
        );
        assert!(
            bar(f64::NAN, Ink::One, Some(f64::NAN))
                .as_str()
                .contains("width=\"0%\"")
        );
        assert!(
            interval(0.9, (0.8, 0.95), Some(0.95), (0.5, 1.0))
                .as_str()
                .contains("x1=\"60%\" x2=\"90%\"")
        );
        assert!(interval(f64::NAN, (0.0, 1.0), None, (0.0, 1.0)).is_empty());
    }
}
