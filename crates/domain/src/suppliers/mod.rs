//! The golden record: one party, one record. Who a supplier is, where it stands, who looks after it, and which records are
//! the same party twice.

mod bulk;
mod category;
mod contact;
mod country;
mod details;
mod document;
mod duplicates;
mod file_type;
mod identifier;
mod legal_form;
mod list;
mod merge;
mod name;
mod note;
mod number;
mod profile;
mod rating;
mod site;
mod source;
mod status;
mod supplier;
mod text;
mod view;

pub use bulk::{BulkChange, BulkDone, BulkTrial, MOST_IN_BULK, change_many, try_many, undo_many};
pub use category::{
    Category, SupplierCategory, categories, categories_of, create_category,
    find_or_create_category, set_categories,
};
pub use contact::{
    Contact, ContactDraft, NewContact, add_contact, contact_left, contacts, edit_contact, make_lead,
};
pub use country::{Country, UnknownCountry};
pub use details::{Details, Draft, Website};
pub use document::{
    Document, DocumentKind, MOST_BYTES, Upload, Validity, documents, open_document,
    upload_document, withdraw_document,
};
pub use duplicates::{
    Advice, Candidate, Checked, Compared, DuplicateIndex, Duplicates, Evidence, FieldWeight,
    FindDuplicates, Found, Known, PAGE_PAIRS, PROPOSE_FROM, Pair, Party, PartyId, QueuePage,
    REVIEW_FROM, Side, Verdict, find_duplicates, not_a_duplicate, open_pairs, pair, pairs_of,
    possible_duplicates, queue, recently_distinct, reconsider,
};
pub use identifier::{
    Identifier, NewIdentifier, Scheme, add_identifier, identifiers, remove_identifier,
};
pub use list::{
    Column, Facets, ListQuery, Neighbours, Owner, PAGE_ROWS, Page, Range, Row, Sort, counts,
    every_row, facets, list, neighbours, row,
};
pub use merge::{
    Differing, FactsMoved, Merge, differing, merge, merge_choosing, merges_into, recent_merges,
    survivor_of, unmerge,
};
pub use name::Name;
pub use note::{Note, Reader, notes, withdraw_note, write_note};
pub use profile::{PortalProfile, Standing};
pub use rating::{Ratings, RatingsDraft, rate, ratings};
pub use site::{NewSite, Site, SiteDraft, add_site, close_site, edit_site, sites};
pub use source::{
    Described, Mention, Resolved, SourceRecord, find_or_create_from_source, take_over_from_source,
};
pub use status::{
    Status, Step, activate, approve, block, reinstate, retire, send_back, start_registration,
    submit_for_review, take, unblock,
};
pub use supplier::{
    NewSupplier, Parent, Supplier, ancestors, assign_owner, by_number, children, create, create_in,
    edit, family, find, find_all, set_parent, verify,
};
pub use view::{
    NewView, SavedView, delete_view, pin_view, rename_view, save_view, update_view, views,
};
