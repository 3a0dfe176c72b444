//! One party, one record: names, identifiers, and how likely two records are the same company.

mod blocking;
mod cluster;
mod estimate;
mod golden;
mod identifiers;
mod legal_form;
mod matching;
mod name;
mod similarity;

pub use blocking::{RecordFacts, blocking_keys, is_free_mail_host, web_domain};
pub use cluster::{Cluster, MOST_MEMBERS, cluster};
pub use estimate::{Estimate, estimate_m, estimate_u};
pub use golden::{Candidate, DataQuality, FieldState, RecordSource, data_quality, survivor};
pub use identifiers::{
    Check, Duns, Iban, IdentifierKind, Lei, Reason, VatId, check_digits, check_identifier, mod97,
};
pub use legal_form::{FormAgreement, FormKind, LegalForm, SplitName, agreement, split_legal_form};
pub use matching::{
    Decision, Evidence, FieldName, FieldWeight, Match, Model, NameLevel, Obstacle, Odds, Rarity,
};
pub use name::NormalName;
pub use similarity::{jaro, jaro_winkler};
