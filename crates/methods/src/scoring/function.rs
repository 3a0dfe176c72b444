//! How a value becomes points between 0 and 100.

use serde::{Deserialize, Deserializer, Serialize};

/// A scoring function. With the line's target (100 points) and threshold (0 points) it turns a value into points.
///
/// Written `"linear"`, `"log"` (offset 1), `{ log = { offset = 10.0 } }`, `{ two_sided = { tolerance = 0.5 } }` or
/// `{ step = { steps = [{ limit = 0.98, points = 100.0 }, …] } }`. Nobody scores above 100. Source: handbook 2.6.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoringFunction {
    /// Straight from threshold to target; works in either direction.
    Linear,
    /// Straight on logarithms, for heavy tails where less is better: a fivefold miss shows.
    Log {
        /// Added to every value before the logarithm, so that zero has one.
        offset: f64,
    },
    /// 100 within the tolerance around the target, falling to 0 at the threshold's distance on either side.
    TwoSided {
        /// Distance from the target that still scores 100.
        tolerance: f64,
    },
    /// Steps in order; the first limit that the value satisfies gives the points, none gives 0. A value satisfies a
    /// limit by reaching it, from above where the target lies below the threshold.
    Step {
        /// The steps, best first.
        steps: Vec<Step>,
    },
}

/// One step of a step function.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The limit to reach, in the unit of the value.
    pub limit: f64,
    /// The points for reaching it, 0 to 100.
    pub points: f64,
}

impl ScoringFunction {
    /// The handbook's logarithmic function, offset 1.
    pub const LOG: Self = Self::Log { offset: 1.0 };

    /// Points between 0 and 100 for a value. `None` where the value is not finite or has no logarithm.
    ///
    /// Target, threshold and parameters are taken as [`ScoringFunction::check`] passes them; with equal target and
    /// threshold there are no points.
    ///
    /// ```
    /// use keelson_methods::scoring::ScoringFunction;
    /// let points = ScoringFunction::Linear.points(0.93, 0.98, 0.80).unwrap();
    /// assert!((points - 72.2222).abs() < 1e-4);
    /// ```
    pub fn points(&self, value: f64, target: f64, threshold: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        let share = match self {
            Self::Linear => (value - threshold) / (target - threshold),
            Self::Log { offset } => {
                let log = |x: f64| (x + offset).ln();
                // A value below the one that has a logarithm is better than any target.
                if value + offset <= 0.0 {
                    1.0
                } else {
                    (log(threshold) - log(value)) / (log(threshold) - log(target))
                }
            }
            Self::TwoSided { tolerance } => {
                let limit = (threshold - target).abs();
                1.0 - ((value - target).abs() - tolerance) / (limit - tolerance)
            }
            Self::Step { steps } => {
                let higher = target > threshold;
                let reached = |step: &&Step| {
                    if higher {
                        value >= step.limit
                    } else {
                        value <= step.limit
                    }
                };
                steps
                    .iter()
                    .find(reached)
                    .map_or(0.0, |step| step.points / 100.0)
            }
        };
        share.is_finite().then(|| 100.0 * share.clamp(0.0, 1.0))
    }

    /// What is wrong with the function for this target and threshold, in the writer's words; empty when it is usable.
    pub fn check(&self, target: f64, threshold: f64) -> Vec<String> {
        let mut wrong = Vec::new();
        if !target.is_finite() || !threshold.is_finite() {
            wrong.push("target and threshold must be finite numbers".to_owned());
        } else if target == threshold {
            wrong.push(format!(
                "target and threshold are both {target}; they must differ"
            ));
        }
        match self {
            Self::Linear => {}
            Self::Log { offset } => {
                if !offset.is_finite() || target + offset <= 0.0 || threshold + offset <= 0.0 {
                    wrong.push(
                        "target and threshold plus the offset must be above 0 for a logarithm"
                            .to_owned(),
                    );
                }
                if target > threshold {
                    wrong.push("the logarithmic function is for values where less is better: target below threshold".to_owned());
                }
            }
            Self::TwoSided { tolerance } => {
                if !(*tolerance >= 0.0 && *tolerance < (threshold - target).abs()) {
                    wrong.push("the tolerance must be at least 0 and less than the distance from target to threshold".to_owned());
                }
            }
            Self::Step { steps } => wrong.extend(check_steps(steps, target > threshold)),
        }
        wrong
    }
}

fn check_steps(steps: &[Step], higher: bool) -> Option<String> {
    if steps.is_empty() {
        return Some("name at least one step".to_owned());
    }
    if steps
        .iter()
        .any(|step| !step.limit.is_finite() || !(0.0..=100.0).contains(&step.points))
    {
        return Some("every step needs a limit and points between 0 and 100".to_owned());
    }
    let in_order = steps.windows(2).all(|pair| {
        let harder = if higher {
            pair[0].limit > pair[1].limit
        } else {
            pair[0].limit < pair[1].limit
        };
        harder && pair[0].points > pair[1].points
    });
    (!in_order).then(|| {
        "the steps must go from the hardest limit with most points to the easiest with fewest"
            .to_owned()
    })
}

impl<'de> Deserialize<'de> for ScoringFunction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Name {
            Linear,
            Log,
            TwoSided,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case", deny_unknown_fields)]
        enum Full {
            Log { offset: f64 },
            TwoSided { tolerance: f64 },
            Step { steps: Vec<Step> },
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Name(Name),
            Full(Full),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Name(Name::Linear) => Self::Linear,
            Written::Name(Name::Log) => Self::LOG,
            Written::Name(Name::TwoSided) => Self::TwoSided { tolerance: 0.0 },
            Written::Full(Full::Log { offset }) => Self::Log { offset },
            Written::Full(Full::TwoSided { tolerance }) => Self::TwoSided { tolerance },
            Written::Full(Full::Step { steps }) => Self::Step { steps },
        })
    }
}

/// Points for accepted suggestions in twelve months: `100 * min(1, ln(1 + n) / ln(1 + 8))`. Eight and more score 100.
/// Score the accepted value beside it, so that volume alone does not win. Source: handbook 2.5.
pub fn suggestion_score(accepted: u32) -> f64 {
    100.0 * f64::min(1.0, f64::from(accepted).ln_1p() / 8.0_f64.ln_1p())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(left: Option<f64>, right: f64) {
        assert!(
            (left.unwrap() - right).abs() < 1e-4,
            "{left:?} is not {right}"
        );
    }

    #[test]
    fn t2_7_suggestions_saturate() {
        close(Some(suggestion_score(3)), 63.0930);
        assert_eq!(
            (
                suggestion_score(0),
                suggestion_score(8),
                suggestion_score(80)
            ),
            (0.0, 100.0, 100.0)
        );
    }

    #[test]
    fn t2_8_linear_hides_a_fivefold_miss_and_log_does_not() {
        close(ScoringFunction::Linear.points(0.93, 0.98, 0.80), 72.2222);
        close(ScoringFunction::LOG.points(250.0, 50.0, 5000.0), 65.2469);
        close(ScoringFunction::Linear.points(250.0, 50.0, 5000.0), 95.9596);
    }

    #[test]
    fn two_sided_is_flat_in_the_middle_and_falls_on_both_sides() {
        let near = ScoringFunction::TwoSided { tolerance: 1.0 };
        for (value, points) in [
            (0.0, 100.0),
            (1.0, 100.0),
            (-1.0, 100.0),
            (3.0, 50.0),
            (-3.0, 50.0),
            (5.0, 0.0),
            (-9.0, 0.0),
        ] {
            assert_eq!(near.points(value, 0.0, 5.0), Some(points), "{value}");
        }
    }

    #[test]
    fn the_first_step_reached_counts() {
        let steps = vec![
            Step {
                limit: 0.98,
                points: 100.0,
            },
            Step {
                limit: 0.90,
                points: 60.0,
            },
        ];
        let step = ScoringFunction::Step { steps };
        for (value, points) in [(0.99, 100.0), (0.98, 100.0), (0.95, 60.0), (0.5, 0.0)] {
            assert_eq!(step.points(value, 0.98, 0.90), Some(points));
        }
        let down = ScoringFunction::Step {
            steps: vec![
                Step {
                    limit: 50.0,
                    points: 100.0,
                },
                Step {
                    limit: 500.0,
                    points: 40.0,
                },
            ],
        };
        assert_eq!(
            (
                down.points(50.0, 50.0, 500.0),
                down.points(51.0, 50.0, 500.0)
            ),
            (Some(100.0), Some(40.0))
        );
    }

    #[test]
    fn a_function_that_cannot_score_is_refused() {
        assert!(ScoringFunction::Linear.check(0.98, 0.80).is_empty());
        assert!(ScoringFunction::LOG.check(50.0, 5000.0).is_empty());
        assert!(ScoringFunction::Linear.check(0.9, 0.9)[0].contains("must differ"));
        assert_eq!(ScoringFunction::LOG.check(5000.0, 50.0).len(), 1);
        assert_eq!(ScoringFunction::LOG.check(-1.0, 50.0).len(), 1);
        assert_eq!(
            ScoringFunction::TwoSided { tolerance: 5.0 }
                .check(0.0, 5.0)
                .len(),
            1
        );
        let step = |steps: &[(f64, f64)]| ScoringFunction::Step {
            steps: steps
                .iter()
                .map(|(limit, points)| Step {
                    limit: *limit,
                    points: *points,
                })
                .collect(),
        };
        assert_eq!(step(&[]).check(1.0, 0.0).len(), 1);
        assert_eq!(step(&[(0.9, 60.0), (0.98, 100.0)]).check(1.0, 0.0).len(), 1);
        assert_eq!(step(&[(0.9, 160.0)]).check(1.0, 0.0).len(), 1);
    }

    #[test]
    fn functions_are_written_by_name_or_in_full() {
        for (text, function) in [
            ("\"linear\"", ScoringFunction::Linear),
            ("\"log\"", ScoringFunction::LOG),
            (
                "{\"log\":{\"offset\":10.0}}",
                ScoringFunction::Log { offset: 10.0 },
            ),
            (
                "{\"two_sided\":{\"tolerance\":0.5}}",
                ScoringFunction::TwoSided { tolerance: 0.5 },
            ),
        ] {
            assert_eq!(
                serde_json::from_str::<ScoringFunction>(text).unwrap(),
                function
            );
            let written = serde_json::to_string(&function).unwrap();
            assert_eq!(
                serde_json::from_str::<ScoringFunction>(&written).unwrap(),
                function
            );
        }
        assert!(serde_json::from_str::<ScoringFunction>("\"cubic\"").is_err());
    }

    proptest! {
        #[test]
        fn points_stay_inside_and_never_fall_as_the_value_gets_better(
            a in 0.0..6000.0f64, b in 0.0..6000.0f64, target in 0.0..1000.0f64, distance in 1.0..5000.0f64,
        ) {
            let (better, worse) = (a.min(b), a.max(b));
            let steps = vec![Step { limit: target, points: 100.0 }, Step { limit: target + distance, points: 30.0 }];
            for function in [ScoringFunction::Linear, ScoringFunction::LOG, ScoringFunction::Step { steps }] {
                prop_assert!(function.check(target, target + distance).is_empty());
                let best = function.points(better, target, target + distance).unwrap();
                let worst = function.points(worse, target, target + distance).unwrap();
                prop_assert!((0.0..=100.0).contains(&best) && (0.0..=100.0).contains(&worst));
                prop_assert!(best >= worst);
            }
            // Mirrored: higher is better.
            let low = ScoringFunction::Linear.points(better, target + distance, target).unwrap();
            prop_assert!(low <= ScoringFunction::Linear.points(worse, target + distance, target).unwrap());
        }
    }
}
