use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// A table's own id, so that a contract's number cannot be handed to a supplier's hole.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    PersonId, SessionId, LinkId, SavedViewId,
    SupplierId, SiteId, ContactId, IdentifierId, CategoryId, NoteId, DocumentId, DuplicateId, MergeId,
    SourceId, ImportId, MappingId, RejectId,
    OrderLineId, ReceiptId, InspectionId, InvoiceLineId,
    KpiVersionId, TemplateVersionId, ScorecardId,
    PolicyId, TierId, OverrideId,
    EventId,
}
