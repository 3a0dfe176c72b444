//! Is it getting better or worse, and did something change: Mann-Kendall, Sen's slope, EWMA, CUSUM.

mod charts;
mod mann_kendall;

pub use charts::{
    Alarm, Baseline, ControlPoint, CusumPoint, CusumSettings, EwmaSettings, cusum_down, ewma,
    standardised_rate,
};
pub use mann_kendall::{Method, Movement, Trend, mann_kendall, same_season_differences};
