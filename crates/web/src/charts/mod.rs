//! Charts drawn on the server: data in, SVG out.
use crate::kit::{Html, Tone};
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    One,
    Two,
    Three,
    Four,
    Five,
    Six,
    Tone(Tone),
}
pub fn bar(share: f64, _ink: Ink, _tick: Option<f64>) -> Html {
    Html::trusted(format!(
        "<svg class=\"hbar\" aria-hidden=\"true\"><rect class=\"trk\" width=\"100%\" height=\"8\" rx=\"4\"/><rect class=\"val\" width=\"{:.2}%\" height=\"8\" rx=\"4\"/></svg>",
        share.clamp(0.0, 1.0) * 100.0
    ))
}
