"""Which roles may open which address: the whole site in one table, read by test_doors.py.

A new address without a line here fails the tests. A door is about roles; whether somebody may see *this* study is a
rule of its room, tested there.
"""

from __future__ import annotations

ROLES = ("researcher", "leader", "staff", "administrator")

# Participants, the public and whoever is invited: no account needed.
OPEN = """
    answering:agreed answering:decline answering:kept answering:later answering:numbered answering:page
    answering:paused answering:review answering:somebody answering:widget
    core:join
    people:back people:leave
    proofs:checker proofs:file proofs:list proofs:proof
    studies:named
    verbatims:look_up verbatims:receipt
    web:consent web:fresh web:helped web:language web:me web:new_link web:not_later web:own_answer
    web:own_consent web:own_erasure web:own_file
    web:own_export web:personal web:personal_time web:public_statement web:public_statements web:seen web:time
    web:you_said
"""

# Administrators alone.
ADMINISTRATORS = """
    core:activity core:audit core:health core:invitations core:organisation core:outbox core:outbox_again
    core:outbox_mail core:outbox_pause core:staff core:staff_member core:test_mail core:withdraw
    people:budget people:erased-addresses people:erasure people:holdings people:new-address
    questionnaires:wording_rule
"""

# Everybody who signs in.
SIGNED_IN = """
    account_email
    core:job core:jobs core:profile core:settings
    decisions:about_insight decisions:all_updates decisions:approval decisions:change decisions:changes
    decisions:decision decisions:edit decisions:edit_change decisions:index decisions:new decisions:of_study
    decisions:publish decisions:sending decisions:update decisions:updates decisions:withdraw
    design:gallery design:gallery_page design:sheet design:theme
    insights:beside insights:beside_of_study insights:filters insights:filters_of_study insights:insight insights:insights insights:list insights:read
    insights:theme insights:themes insights:verbatim insights:words insights:words_of_study
    questionnaires:file questionnaires:files questionnaires:map questionnaires:preview questionnaires:questionnaire
    questionnaires:results questionnaires:version questionnaires:versions questionnaires:wording_rules
    studies:list studies:public_link studies:public_link_code studies:public_link_widget studies:selection
    studies:selection_draw studies:selections studies:study
    web:heard web:home web:search web:sight
"""

# Who makes sense of words and decides.
RESEARCHERS_AND_LEADERS = """
    insights:cite insights:insight_change insights:insight_new insights:looked insights:uncite insights:withdrawal
"""

# Who answers for the house.
LEADERS_AND_ADMINISTRATORS = """
    web:statement
"""

# Who asks.
RESEARCHERS = """
    insights:code insights:theme_change insights:theme_merge insights:theme_new insights:theme_place
    insights:theme_retirement insights:theme_split insights:theme_unmerge insights:uncode
    questionnaires:draft questionnaires:import questionnaires:import_problems questionnaires:imports
    questionnaires:language questionnaires:language_csv questionnaires:language_file questionnaires:languages
    questionnaires:new_question questionnaires:order questionnaires:place questionnaires:publishing
    questionnaires:question questionnaires:responses_csv questionnaires:rule questionnaires:section
    questionnaires:sections questionnaires:trial questionnaires:typed questionnaires:undo
    questionnaires:verbatims_jsonl questionnaires:wording questionnaires:wording_answer
    studies:anew studies:closing studies:criteria studies:edit studies:invitations_csv studies:letter studies:new studies:opening
    studies:people studies:problem studies:rest studies:round studies:selection_commitment studies:selection_edit
    studies:selection_invite studies:selection_lottery studies:selection_new studies:selection_proof
    studies:selection_publication studies:selection_quotas studies:selection_redraw studies:selection_removal
"""

# Who may see people by name.
NOT_STAFF_MEMBERS = """
    people:account people:accounts people:list people:person
    studies:invitation studies:invitations
    web:minutes
"""

# Who keeps people's records.
RESEARCHERS_AND_ADMINISTRATORS = """
    people:address people:apart people:consents people:details people:facet people:facet-name people:facet-place
    people:facet-removal people:facets people:import people:import-report people:imports people:limits people:lived
    people:lived-removal people:lookalikes people:merge people:merge-choose people:new people:revoke-links
    people:to-mend people:undo-merge people:value-merge people:value-name people:value-place
    studies:team
"""

# The library's pages on the way in; open to all.
ENTRANCE = """
    account_confirm_email account_confirm_login_code account_email_verification_sent account_inactive account_login
    account_logout account_reset_password account_reset_password_done account_reset_password_from_key
    account_reset_password_from_key_done account_signup mfa_authenticate mfa_login_webauthn
"""

# The library's pages about one's own account; everybody who signs in.
OWN_ACCOUNT = """
    account_change_password account_reauthenticate account_set_password mfa_activate_totp mfa_add_webauthn
    mfa_deactivate_totp mfa_download_recovery_codes mfa_edit_webauthn mfa_generate_recovery_codes mfa_index
    mfa_list_webauthn mfa_reauthenticate mfa_reauthenticate_webauthn mfa_remove_webauthn mfa_view_recovery_codes
    usersessions_list
"""

ANYBODY = frozenset({"anonymous", *ROLES})
TABLE: dict[str, frozenset[str]] = {
    **dict.fromkeys(OPEN.split(), ANYBODY),
    **dict.fromkeys(ENTRANCE.split(), ANYBODY),
    **dict.fromkeys(OWN_ACCOUNT.split(), frozenset(ROLES)),
    **dict.fromkeys(SIGNED_IN.split(), frozenset(ROLES)),
    **dict.fromkeys(NOT_STAFF_MEMBERS.split(), frozenset({"researcher", "leader", "administrator"})),
    **dict.fromkeys(LEADERS_AND_ADMINISTRATORS.split(), frozenset({"leader", "administrator"})),
    **dict.fromkeys(RESEARCHERS_AND_LEADERS.split(), frozenset({"researcher", "leader"})),
    **dict.fromkeys(RESEARCHERS_AND_ADMINISTRATORS.split(), frozenset({"researcher", "administrator"})),
    **dict.fromkeys(RESEARCHERS.split(), frozenset({"researcher"})),
    **dict.fromkeys(ADMINISTRATORS.split(), frozenset({"administrator"})),
}
