//! Roles and the one table that says what each may do.

use std::fmt;

/// Which house a person belongs to. The two share no permission and no page but their own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The buying company.
    Buyer,
    /// A supplier, in the portal.
    Supplier,
}

/// Declares an enum with its code in the database and its words, so that a variant cannot be forgotten in a list.
macro_rules! coded {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As it is stored.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// In words.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }
    };
}

coded! {
    /// What a person is here.
    Role {
        /// Runs Keelson: people, roles, organisation. May do what everybody may.
        Administrator = "administrator", "Administrator";
        /// Owns suppliers: scores, tiers, duplicates, imports, definitions.
        SupplierManager = "supplier_manager", "Supplier manager";
        /// Owns a category's suppliers, without the definitions that judge them.
        CategoryManager = "category_manager", "Category manager";
        Buyer = "buyer", "Buyer";
        Quality = "quality", "Quality";
        Finance = "finance", "Finance";
        Legal = "legal", "Legal";
        /// Reads.
        Executive = "executive", "Executive";
        /// Reads, with the log.
        Auditor = "auditor", "Auditor";
        /// A supplier's own administrator: its profile, its people.
        SupplierAdministrator = "supplier_administrator", "Supplier administrator";
        SupplierMember = "supplier_member", "Supplier member";
    }
}

coded! {
    /// What somebody may do. Every route names one.
    Permission {
        /// Home, and search over what the person may see.
        ViewPortfolio = "view_portfolio", "See the portfolio";
        ViewSuppliers = "view_suppliers", "See suppliers, their contacts, notes and activity";
        EditSuppliers = "edit_suppliers", "Edit suppliers, sites, contacts, identifiers and ratings";
        /// Approve, block, retire: the steps of the onboarding path.
        ApproveSuppliers = "approve_suppliers", "Approve, block and retire suppliers";
        MergeSuppliers = "merge_suppliers", "Decide about duplicates, merge and undo";
        WriteNotes = "write_notes", "Write notes";
        ManageDocuments = "manage_documents", "Add and withdraw documents";
        /// Order lines, receipts, inspections, invoices.
        ViewFacts = "view_facts", "See deliveries and the lines behind a figure";
        ImportFacts = "import_facts", "Import files and edit mappings";
        ViewPerformance = "view_performance", "See KPIs and scorecards";
        PublishScorecards = "publish_scorecards", "Score a period and publish scorecards";
        /// KPI definitions and scorecard templates.
        DefinePerformance = "define_performance", "Define KPIs and scorecard templates";
        ViewSegmentation = "view_segmentation", "See tiers and why";
        OverrideTiers = "override_tiers", "Override a supplier's tier";
        DefineSegmentation = "define_segmentation", "Define the segmentation policy";
        ExportData = "export_data", "Export lists";
        /// A personal view needs no permission of its own.
        ShareViews = "share_views", "Share saved views with everybody";
        ManagePeople = "manage_people", "Invite people, change roles, disable accounts";
        ManageOrganisation = "manage_organisation", "Change the organisation's settings";
        ViewAudit = "view_audit", "Read the audit log";
        /// The portal: home, own scorecard with its lines, own profile and documents.
        UsePortal = "use_portal", "Use the supplier portal";
        EditOwnProfile = "edit_own_profile", "Edit the own company's profile";
        ShareDocuments = "share_documents", "Add documents for the buying company";
        ManageColleagues = "manage_colleagues", "Invite colleagues";
    }
}

/// Who may do what. One row per permission, one column per role; a role without a 1 may not.
#[rustfmt::skip]
const TABLE: [(Permission, [u8; 11]); 24] = {
    use Permission::{ViewPortfolio, ViewSuppliers, EditSuppliers, ApproveSuppliers, MergeSuppliers, WriteNotes, ManageDocuments, ViewFacts, ImportFacts, ViewPerformance, PublishScorecards, DefinePerformance, ViewSegmentation, OverrideTiers, DefineSegmentation, ExportData, ShareViews, ManagePeople, ManageOrganisation, ViewAudit, UsePortal, EditOwnProfile, ShareDocuments, ManageColleagues};
    [
    //                     Adminis  Supp  Categ Buyer  Qual Finan Legal  Exec  Audit | Supplier
    //                     trator   mgr   mgr               ce                  or   | adm  member
    (ViewPortfolio,       [  1,      1,    1,    1,    1,    1,    1,    1,    1,      0,   0 ]),
    (ViewSuppliers,       [  1,      1,    1,    1,    1,    1,    1,    1,    1,      0,   0 ]),
    (EditSuppliers,       [  1,      1,    1,    1,    0,    0,    0,    0,    0,      0,   0 ]),
    (ApproveSuppliers,    [  1,      1,    1,    0,    0,    0,    0,    0,    0,      0,   0 ]),
    (MergeSuppliers,      [  1,      1,    0,    0,    0,    0,    0,    0,    0,      0,   0 ]),
    (WriteNotes,          [  1,      1,    1,    1,    1,    1,    1,    0,    0,      0,   0 ]),
    (ManageDocuments,     [  1,      1,    1,    1,    1,    1,    1,    0,    0,      0,   0 ]),
    (ViewFacts,           [  1,      1,    1,    1,    1,    1,    0,    1,    1,      0,   0 ]),
    (ImportFacts,         [  1,      1,    0,    0,    1,    1,    0,    0,    0,      0,   0 ]),
    (ViewPerformance,     [  1,      1,    1,    1,    1,    1,    1,    1,    1,      0,   0 ]),
    (PublishScorecards,   [  1,      1,    0,    0,    0,    0,    0,    0,    0,      0,   0 ]),
    (DefinePerformance,   [  1,      1,    0,    0,    0,    0,    0,    0,    0,      0,   0 ]),
    (ViewSegmentation,    [  1,      1,    1,    1,    1,    1,    1,    1,    1,      0,   0 ]),
    (OverrideTiers,       [  1,      1,    1,    0,    0,    0,    0,    0,    0,      0,   0 ]),
    (DefineSegmentation,  [  1,      1,    0,    0,    0,    0,    0,    0,    0,      0,   0 ]),
    (ExportData,          [  1,      1,    1,    1,    1,    1,    1,    1,    1,      0,   0 ]),
    (ShareViews,          [  1,      1,    1,    0,    0,    0,    0,    0,    0,      0,   0 ]),
    (ManagePeople,        [  1,      0,    0,    0,    0,    0,    0,    0,    0,      0,   0 ]),
    (ManageOrganisation,  [  1,      0,    0,    0,    0,    0,    0,    0,    0,      0,   0 ]),
    (ViewAudit,           [  1,      0,    0,    0,    0,    0,    0,    0,    1,      0,   0 ]),
    (UsePortal,           [  0,      0,    0,    0,    0,    0,    0,    0,    0,      1,   1 ]),
    (EditOwnProfile,      [  0,      0,    0,    0,    0,    0,    0,    0,    0,      1,   0 ]),
    (ShareDocuments,      [  0,      0,    0,    0,    0,    0,    0,    0,    0,      1,   1 ]),
    (ManageColleagues,    [  0,      0,    0,    0,    0,    0,    0,    0,    0,      1,   0 ]),
    ]
};

impl Role {
    pub fn side(self) -> Side {
        match self {
            Self::SupplierAdministrator | Self::SupplierMember => Side::Supplier,
            _ => Side::Buyer,
        }
    }

    /// The roles a person of this side may have.
    pub fn of_side(side: Side) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |role| role.side() == side)
    }

    pub fn grants(self, permission: Permission) -> bool {
        TABLE[permission as usize].1[self as usize] == 1
    }
}

impl Permission {
    /// The side whose people can hold it: what one side may do, nobody on the other may.
    pub fn side(self) -> Side {
        match self {
            Self::UsePortal
            | Self::EditOwnProfile
            | Self::ShareDocuments
            | Self::ManageColleagues => Side::Supplier,
            _ => Side::Buyer,
        }
    }
}

/// What a person may do: the sum of the roles.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// The sum of these roles for a person of this side. A role of the other side, which only a damaged database holds, adds
    /// nothing.
    pub fn of(side: Side, roles: &[Role]) -> Self {
        let granted = |permission: Permission| {
            permission.side() == side
                && roles
                    .iter()
                    .any(|role| role.side() == side && role.grants(permission))
        };
        Self(
            Permission::ALL
                .iter()
                .filter(|permission| granted(**permission))
                .fold(0, |bits, permission| bits | 1 << *permission as u64),
        )
    }

    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u64) != 0
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(
                Permission::ALL
                    .iter()
                    .filter(|permission| self.has(**permission)),
            )
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_each_permission_in_its_order() {
        let rows: Vec<_> = TABLE.iter().map(|(permission, _)| *permission).collect();
        assert_eq!(rows, Permission::ALL);
        assert_eq!(TABLE[0].1.len(), Role::ALL.len());
    }

    #[test]
    fn no_role_holds_a_permission_of_the_other_side() {
        for (permission, _) in TABLE {
            for role in Role::ALL {
                assert!(
                    !role.grants(permission) || role.side() == permission.side(),
                    "{role:?} {permission:?}"
                );
            }
        }
    }

    #[test]
    fn every_permission_has_somebody_and_every_role_something() {
        for permission in Permission::ALL {
            assert!(
                Role::ALL.iter().any(|role| role.grants(*permission)),
                "{permission:?}"
            );
        }
        for role in Role::ALL {
            assert!(
                Permission::ALL
                    .iter()
                    .any(|permission| role.grants(*permission)),
                "{role:?}"
            );
        }
    }

    #[test]
    fn codes_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(*role));
        }
        for permission in Permission::ALL {
            assert_eq!(Permission::from_code(permission.code()), Some(*permission));
        }
        assert_eq!(Role::from_code("root"), None);
    }

    #[test]
    fn an_executive_and_an_auditor_change_nothing() {
        use Permission::*;
        let reads = [
            ViewPortfolio,
            ViewSuppliers,
            ViewFacts,
            ViewPerformance,
            ViewSegmentation,
            ExportData,
            ViewAudit,
        ];
        for role in [Role::Executive, Role::Auditor] {
            for permission in Permission::ALL
                .iter()
                .filter(|permission| role.grants(**permission))
            {
                assert!(reads.contains(permission), "{role:?} {permission:?}");
            }
        }
        assert!(!Role::Executive.grants(ViewAudit) && Role::Auditor.grants(ViewAudit));
    }

    #[test]
    fn a_role_of_the_other_side_adds_nothing() {
        let none = Permissions::of(Side::Supplier, &[Role::Administrator]);
        assert_eq!(none, Permissions::default());
        let member = Permissions::of(Side::Supplier, &[Role::SupplierMember, Role::Administrator]);
        assert!(member.has(Permission::UsePortal) && !member.has(Permission::ViewSuppliers));
    }
}
