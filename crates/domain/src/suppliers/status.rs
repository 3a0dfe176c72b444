use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::supplier::{SUBJECT, Supplier, must_find_in, tell};
use crate::{
    Act, Error, Keelson, Result, SupplierId, Tx, micros,
    record::{self, Audience},
    sql::Sql,
};

/// Where a supplier stands: on the way in, at work, or out.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    DeriveValueType,
)]
#[sea_orm(value_type = "String")]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Invited,
    Registering,
    UnderReview,
    Approved,
    Active,
    Blocked,
    Retired,
}

/// A step from one status to another, with the verb people use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The supplier has opened its invitation and fills in its profile.
    StartRegistration,
    /// The supplier has handed in its profile.
    SubmitForReview,
    /// The profile lacks something; the supplier goes on with it.
    SendBack,
    Approve,
    /// The first order may be placed.
    Activate,
    Block,
    Unblock,
    Retire,
    Reinstate,
}

impl Status {
    pub const ALL: [Self; 7] = [
        Self::Invited,
        Self::Registering,
        Self::UnderReview,
        Self::Approved,
        Self::Active,
        Self::Blocked,
        Self::Retired,
    ];

    /// As stored and as it stands in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Registering => "registering",
            Self::UnderReview => "under_review",
            Self::Approved => "approved",
            Self::Active => "active",
            Self::Blocked => "blocked",
            Self::Retired => "retired",
        }
    }

    /// As people read it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::UnderReview => "under review",
            other => other.code(),
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// The steps that may be taken from here, the usual one first.
    pub fn steps(self) -> Vec<Step> {
        Step::ALL
            .into_iter()
            .filter(|step| step.from().contains(&self))
            .collect()
    }
}

impl Step {
    pub const ALL: [Self; 9] = [
        Self::StartRegistration,
        Self::SubmitForReview,
        Self::Approve,
        Self::Activate,
        Self::Unblock,
        Self::Reinstate,
        Self::SendBack,
        Self::Block,
        Self::Retire,
    ];

    /// As it stands in addresses and in forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::StartRegistration => "start_registration",
            Self::SubmitForReview => "submit_for_review",
            Self::SendBack => "send_back",
            Self::Approve => "approve",
            Self::Activate => "activate",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Retire => "retire",
            Self::Reinstate => "reinstate",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }

    /// The statuses this step may be taken from.
    pub const fn from(self) -> &'static [Status] {
        match self {
            Self::StartRegistration => &[Status::Invited],
            Self::SubmitForReview => &[Status::Registering],
            Self::SendBack | Self::Approve => &[Status::UnderReview],
            Self::Activate => &[Status::Approved],
            Self::Block => &[Status::UnderReview, Status::Approved, Status::Active],
            Self::Unblock => &[Status::Blocked],
            Self::Retire => &[
                Status::Invited,
                Status::Registering,
                Status::UnderReview,
                Status::Approved,
                Status::Active,
                Status::Blocked,
            ],
            Self::Reinstate => &[Status::Retired],
        }
    }

    /// Where the step leads. Nothing for the two that lead back to where the supplier stood before.
    const fn to(self) -> Option<Status> {
        match self {
            Self::StartRegistration | Self::SendBack => Some(Status::Registering),
            Self::SubmitForReview => Some(Status::UnderReview),
            Self::Approve => Some(Status::Approved),
            Self::Activate => Some(Status::Active),
            Self::Block => Some(Status::Blocked),
            Self::Retire => Some(Status::Retired),
            Self::Unblock | Self::Reinstate => None,
        }
    }

    /// The event's verb.
    const fn verb(self) -> &'static str {
        match self {
            Self::StartRegistration => "registration_started",
            Self::SubmitForReview => "submitted_for_review",
            Self::SendBack => "sent_back",
            Self::Approve => "approved",
            Self::Activate => "activated",
            Self::Block => "blocked",
            Self::Unblock => "unblocked",
            Self::Retire => "retired",
            Self::Reinstate => "reinstated",
        }
    }

    /// Completes "can be …" and "cannot be …".
    const fn done(self) -> &'static str {
        match self {
            Self::StartRegistration => "opened for registration",
            Self::SubmitForReview => "submitted for review",
            Self::SendBack => "sent back",
            Self::Approve => "approved",
            Self::Activate => "activated",
            Self::Block => "blocked",
            Self::Unblock => "unblocked",
            Self::Retire => "retired",
            Self::Reinstate => "reinstated",
        }
    }

    /// Whether a person has to say why.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::SendBack | Self::Block | Self::Retire)
    }

    /// The supplier's own people read that it moved on its way in; blocking and retiring stay inside.
    const fn audience(self) -> Audience {
        match self {
            Self::StartRegistration
            | Self::SubmitForReview
            | Self::SendBack
            | Self::Approve
            | Self::Activate => Audience::Both,
            Self::Block | Self::Unblock | Self::Retire | Self::Reinstate => Audience::Internal,
        }
    }
}

/// The supplier has opened its invitation.
pub async fn start_registration(keelson: &Keelson, act: &Act, id: SupplierId) -> Result<()> {
    take(keelson, act, id, Step::StartRegistration, None).await
}

/// The supplier has handed in its profile.
pub async fn submit_for_review(keelson: &Keelson, act: &Act, id: SupplierId) -> Result<()> {
    take(keelson, act, id, Step::SubmitForReview, None).await
}

/// The profile lacks something; the reason goes to the supplier.
pub async fn send_back(keelson: &Keelson, act: &Act, id: SupplierId, reason: &str) -> Result<()> {
    take(keelson, act, id, Step::SendBack, Some(reason)).await
}

pub async fn approve(keelson: &Keelson, act: &Act, id: SupplierId) -> Result<()> {
    take(keelson, act, id, Step::Approve, None).await
}

pub async fn activate(keelson: &Keelson, act: &Act, id: SupplierId) -> Result<()> {
    take(keelson, act, id, Step::Activate, None).await
}

/// No further orders; the reason stays inside the house.
pub async fn block(keelson: &Keelson, act: &Act, id: SupplierId, reason: &str) -> Result<()> {
    take(keelson, act, id, Step::Block, Some(reason)).await
}

/// Back to where the supplier stood before it was blocked.
pub async fn unblock(keelson: &Keelson, act: &Act, id: SupplierId) -> Result<()> {
    take(keelson, act, id, Step::Unblock, None).await
}

pub async fn retire(keelson: &Keelson, act: &Act, id: SupplierId, reason: &str) -> Result<()> {
    take(keelson, act, id, Step::Retire, Some(reason)).await
}

/// Back to where the supplier stood before it was retired.
pub async fn reinstate(keelson: &Keelson, act: &Act, id: SupplierId) -> Result<()> {
    take(keelson, act, id, Step::Reinstate, None).await
}

/// Takes a step chosen from a list, with the reason where the step needs one.
pub async fn take(
    keelson: &Keelson,
    act: &Act,
    id: SupplierId,
    step: Step,
    reason: Option<&str>,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    take_in(&tx, act, id, step, reason).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a step inside a larger change.
pub(super) async fn take_in(
    tx: &Tx,
    act: &Act,
    id: SupplierId,
    step: Step,
    reason: Option<&str>,
) -> Result<Supplier> {
    let supplier = must_find_in(tx, id).await?;
    supplier.must_stand_alone()?;
    let reason = match (reason.map(str::trim).filter(|text| !text.is_empty()), step) {
        (Some(reason), _) if reason.chars().count() > 500 => {
            return Err(Error::invalid("reason", "Use at most 500 characters."));
        }
        (None, step) if step.needs_reason() => {
            return Err(Error::invalid("reason", "Say why, in a sentence."));
        }
        (reason, _) => reason,
    };
    if !step.from().contains(&supplier.status) {
        return Err(Error::conflict(refusal(&supplier, step)));
    }
    let to = match step.to() {
        Some(status) => status,
        None => standing_before(tx, id, supplier.status).await?,
    };
    let moved = Sql::new(
        "UPDATE suppliers SET status = ?, status_reason = ?, version = version + 1, updated_at = ? \
         WHERE id = ? AND status = ?",
    )
    .bind(to)
    .bind(reason)
    .bind(micros(act.at))
    .bind(id)
    .bind(supplier.status)
    .run(tx)
    .await?;
    if moved == 0 {
        let now = must_find_in(tx, id).await?;
        return Err(Error::conflict(refusal(&now, step)));
    }
    tell(
        tx,
        act,
        id,
        step.verb(),
        json!({ "from": supplier.status, "to": to, "reason": reason }),
        step.audience(),
    )
    .await?;
    Ok(supplier)
}

/// Why a step cannot be taken now, and what would have to come first.
fn refusal(supplier: &Supplier, step: Step) -> String {
    let from: Vec<_> = step.from().iter().map(|status| status.words()).collect();
    let needed = match from.as_slice() {
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
        [] => String::new(),
    };
    let why = supplier
        .status_reason
        .as_deref()
        .map_or_else(String::new, |reason| format!(" ({reason})"));
    let first = match (supplier.status, step) {
        (Status::Blocked, _) => " Unblock it first.",
        (Status::Retired, _) => " Reinstate it first.",
        (Status::Invited | Status::Registering, Step::Approve) => {
            " It has to hand in its profile for review first."
        }
        (Status::UnderReview, Step::Activate) => " Approve it first.",
        _ => "",
    };
    format!(
        "{} is {}{why}. Only a supplier that is {needed} can be {}.{first}",
        supplier.details.name,
        supplier.status.words(),
        step.done(),
    )
}

/// Where a supplier stood before it was blocked or retired: the event log knows.
async fn standing_before(tx: &Tx, id: SupplierId, now: Status) -> Result<Status> {
    let verb = match now {
        Status::Blocked => Step::Block.verb(),
        _ => Step::Retire.verb(),
    };
    let events = record::of_subject(tx, SUBJECT, id.0).await?;
    let before = events
        .iter()
        .find(|event| event.verb == verb)
        .and_then(|event| event.payload.get("from")?.as_str().and_then(Status::parse));
    // A supplier that came in blocked or retired has stood nowhere else: it has to be reviewed.
    Ok(before.unwrap_or(Status::UnderReview))
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Status {
    type Err = sea_orm::sea_query::ValueTypeErr;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::parse(code).ok_or(sea_orm::sea_query::ValueTypeErr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.code()), Some(status));
            assert_eq!(
                serde_json::to_string(&status).unwrap(),
                format!("\"{}\"", status.code())
            );
        }
        for step in Step::ALL {
            assert_eq!(Step::parse(step.code()), Some(step));
        }
    }

    #[test]
    fn every_status_has_a_way_out_and_the_path_leads_to_active() {
        for status in Status::ALL {
            assert!(!status.steps().is_empty(), "{status:?}");
        }
        let mut status = Status::Invited;
        for expected in [
            Status::Registering,
            Status::UnderReview,
            Status::Approved,
            Status::Active,
        ] {
            status = status.steps()[0].to().unwrap();
            assert_eq!(status, expected);
        }
    }
}
