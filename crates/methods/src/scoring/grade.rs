//! Grades, and the gates that cap them whatever the score.

use crate::code::coded;
use serde::{Deserialize, Serialize};

/// A grade changes only this many points beyond the line.
const HYSTERESIS: f64 = 2.0;

coded! {
    /// A grade. `A` orders first. Source: handbook 2.11.
    pub enum Grade {
        /// 90 points and more.
        A = "A",
        /// 75 points and more.
        B = "B",
        /// 60 points and more.
        C = "C",
        /// Below 60 points.
        D = "D",
    }
}

coded! {
    /// Why a grade did not follow the score.
    pub enum Hold {
        /// The score is less than two points beyond the line.
        Hysteresis = "hysteresis",
        /// Only values below their minimum n would lower the grade, and those carry no consequences.
        ProvisionalValues = "provisional_values",
    }
}

coded! {
    /// A gate, in the order in which they apply.
    pub enum Gate {
        /// A sanctions list names the supplier.
        SanctionsHit = "sanctions_hit",
        /// An audit found something that is never tolerated.
        ZeroToleranceFinding = "zero_tolerance_finding",
        /// People were hurt or in danger.
        SafetyIncident = "safety_incident",
        /// A part was counterfeit.
        CounterfeitPart = "counterfeit_part",
        /// A KPI of weight 15 or more scores nothing, and its interval misses the target.
        HeavyKpiMissed = "heavy_kpi_missed",
        /// A critical corrective action is open past its date.
        CriticalActionOverdue = "critical_action_overdue",
    }
}

/// What a gate does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The supplier is blocked; there is no grade.
    Block,
    /// The grade is at best this.
    AtBest(Grade),
}

/// A gate that applied, whether or not it changed the grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppliedGate {
    /// Which gate.
    pub gate: Gate,
    /// What it does.
    pub effect: Effect,
    /// The KPI that set it off, for [`Gate::HeavyKpiMissed`].
    pub kpi: Option<String>,
    /// Whether the grade is worse for it, after the gates before.
    pub changed: bool,
}

/// What happened outside the figures that a grade must not hide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Incidents {
    /// A sanctions list names the supplier.
    pub sanctions_hit: bool,
    /// An audit found something that is never tolerated.
    pub zero_tolerance_finding: bool,
    /// People were hurt or in danger.
    pub safety_incident: bool,
    /// A part was counterfeit.
    pub counterfeit_part: bool,
    /// A critical corrective action is open past its date.
    pub critical_action_overdue: bool,
}

impl Grade {
    /// The grade of a score without a history. Source: handbook 2.11.
    pub fn of(score: f64) -> Self {
        if score >= 90.0 {
            Self::A
        } else if score >= 75.0 {
            Self::B
        } else if score >= 60.0 {
            Self::C
        } else {
            Self::D
        }
    }

    /// The grade of a score after a previous grade: it changes only where the score is two points beyond the line.
    ///
    /// ```
    /// use keelson_methods::scoring::Grade;
    /// assert_eq!(Grade::after(Some(Grade::B), 91.0), Grade::B);
    /// assert_eq!(Grade::after(Some(Grade::B), 92.0), Grade::A);
    /// ```
    pub fn after(previous: Option<Self>, score: f64) -> Self {
        let Some(previous) = previous else {
            return Self::of(score);
        };
        let (strict, lenient) = (Self::of(score - HYSTERESIS), Self::of(score + HYSTERESIS));
        // A orders before D: "smaller" is better. Down goes only a score below the line by the full two points.
        if strict < previous {
            strict
        } else if lenient > previous {
            lenient
        } else {
            previous
        }
    }

    /// The worse of two grades.
    pub fn at_best(self, cap: Self) -> Self {
        self.max(cap)
    }
}

impl Gate {
    /// What the gate does. Source: handbook 2.11.
    pub const fn effect(self) -> Effect {
        match self {
            Self::SanctionsHit | Self::ZeroToleranceFinding => Effect::Block,
            Self::SafetyIncident | Self::CounterfeitPart => Effect::AtBest(Grade::D),
            Self::HeavyKpiMissed => Effect::AtBest(Grade::C),
            Self::CriticalActionOverdue => Effect::AtBest(Grade::B),
        }
    }

    /// A short sentence for people.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::SanctionsHit => "A sanctions list names the supplier: blocked.",
            Self::ZeroToleranceFinding => {
                "An audit finding that is never tolerated is open: blocked."
            }
            Self::SafetyIncident => "A safety incident caps the grade at D.",
            Self::CounterfeitPart => "A counterfeit part caps the grade at D.",
            Self::HeavyKpiMissed => {
                "A KPI of weight 15 or more scores nothing and clearly misses its target: at best C."
            }
            Self::CriticalActionOverdue => "A critical corrective action is past due: at best B.",
        }
    }
}

/// Applies the gates in order. Returns the grade that is left (`None` where there was none or the supplier is blocked),
/// whether it is blocked, and every gate that applied.
pub(super) fn apply_gates(
    raw: Option<Grade>,
    incidents: Incidents,
    heavy_kpis_missed: Vec<String>,
) -> (Option<Grade>, bool, Vec<AppliedGate>) {
    let (mut grade, mut blocked) = (raw, false);
    let mut applied = Vec::new();
    let mut apply = |gate: Gate, kpi: Option<String>| {
        let effect = gate.effect();
        let changed = match effect {
            Effect::Block => !std::mem::replace(&mut blocked, true),
            Effect::AtBest(cap) => {
                let before = grade;
                grade = grade.map(|grade| grade.at_best(cap));
                !blocked && grade != before
            }
        };
        applied.push(AppliedGate {
            gate,
            effect,
            kpi,
            changed,
        });
    };
    for (gate, present) in [
        (Gate::SanctionsHit, incidents.sanctions_hit),
        (Gate::ZeroToleranceFinding, incidents.zero_tolerance_finding),
        (Gate::SafetyIncident, incidents.safety_incident),
        (Gate::CounterfeitPart, incidents.counterfeit_part),
    ] {
        if present {
            apply(gate, None);
        }
    }
    for kpi in heavy_kpis_missed {
        apply(Gate::HeavyKpiMissed, Some(kpi));
    }
    if incidents.critical_action_overdue {
        apply(Gate::CriticalActionOverdue, None);
    }
    (grade.filter(|_| !blocked), blocked, applied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn grades_have_their_lines() {
        for (score, grade) in [
            (100.0, Grade::A),
            (90.0, Grade::A),
            (89.99, Grade::B),
            (75.0, Grade::B),
            (60.0, Grade::C),
            (59.9, Grade::D),
        ] {
            assert_eq!(Grade::of(score), grade);
            assert_eq!(Grade::after(None, score), grade);
        }
    }

    #[test]
    fn a_grade_changes_only_two_points_beyond_the_line() {
        let after = |previous, score| Grade::after(Some(previous), score);
        assert_eq!(
            [after(Grade::B, 91.9), after(Grade::B, 92.0)],
            [Grade::B, Grade::A]
        );
        assert_eq!(
            [after(Grade::A, 88.0), after(Grade::A, 87.9)],
            [Grade::A, Grade::B]
        );
        // Two grades up, but only one with the two points to spare.
        assert_eq!(after(Grade::D, 76.0), Grade::C);
        assert_eq!(after(Grade::A, 74.0), Grade::B);
        assert_eq!(after(Grade::A, 20.0), Grade::D);
    }

    #[test]
    fn gates_cap_in_order_and_say_whether_they_changed_anything() {
        let incidents = Incidents {
            safety_incident: true,
            critical_action_overdue: true,
            ..Incidents::default()
        };
        let (grade, blocked, gates) =
            apply_gates(Some(Grade::A), incidents, vec!["ppm".to_owned()]);
        assert_eq!((grade, blocked), (Some(Grade::D), false));
        let seen: Vec<(Gate, bool)> = gates.iter().map(|gate| (gate.gate, gate.changed)).collect();
        assert_eq!(
            seen,
            [
                (Gate::SafetyIncident, true),
                (Gate::HeavyKpiMissed, false),
                (Gate::CriticalActionOverdue, false)
            ]
        );
        assert_eq!(gates[1].kpi.as_deref(), Some("ppm"));
    }

    #[test]
    fn a_blocked_supplier_has_no_grade() {
        let incidents = Incidents {
            sanctions_hit: true,
            safety_incident: true,
            ..Incidents::default()
        };
        let (grade, blocked, gates) = apply_gates(Some(Grade::A), incidents, Vec::new());
        assert_eq!((grade, blocked, gates.len()), (None, true, 2));
        assert_eq!((gates[0].changed, gates[1].changed), (true, false));
        // Blocked also where there was no grade to lose.
        assert!(apply_gates(None, incidents, Vec::new()).1);
    }

    #[test]
    fn no_incident_no_gate() {
        assert_eq!(
            apply_gates(Some(Grade::B), Incidents::default(), Vec::new()),
            (Some(Grade::B), false, Vec::new())
        );
    }

    proptest! {
        #[test]
        fn a_repeated_score_never_flips_the_grade_back(start in 0usize..4, score in 0.0..=100.0f64) {
            let once = Grade::after(Some(Grade::ALL[start]), score);
            prop_assert_eq!(Grade::after(Some(once), score), once);
        }

        #[test]
        fn a_better_score_never_has_a_worse_grade(start in 0usize..4, score in 0.0..=100.0f64, more in 0.0..20.0f64) {
            let previous = Some(Grade::ALL[start]);
            prop_assert!(Grade::after(previous, score + more) <= Grade::after(previous, score));
        }
    }
}
