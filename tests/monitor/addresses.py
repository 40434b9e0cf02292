"""The addresses of the program as they were meant: which right opens each, and what its id names."""

from branches.access import Right

KINDS = {
    "capture": "open",
    "editions": "edition",
    "section": "edition",
    "region": "branch",
    "results": "released",
    "results.action": "action",
    "results.complete": "action",
    "results.show": "action",
    "results.hand_over": "action",
    "results.verify": "action",
    "results.reopen": "action",
    "results.flag": "flag",
    "results.plan_for": "flag",
    "results.dismiss": "flag",
    "results.acknowledge": "flag",
    "results.evidence_photo": "completed",
    "results.accept": "action",
    "results.reply": "action",
    "results.respond": "action",
    "results.back": "appeal",
    "results.withdraw": "appeal",
    "results.appeal_photo": "appeal",
    "office.appeal": "appeal",
    "office.decide": "appeal",
    "office.audit": "waiting",
    "office.photo": "waiting",
    "office.step": "waiting",
    **dict.fromkeys(("office.clearing", "office.clear"), "waiting"),
    "office.assignment": "open",
    "office.change_days": "open",
    "office.withdraw": "open",
    **dict.fromkeys(("office.rota", "office.send_rota", "office.drop_rota", "office.work_out_rota"), "rota"),
    **dict.fromkeys(
        ("office.planned", "office.give_planned", "office.leave_planned", "office.restore_planned"), "planned"
    ),
    **dict.fromkeys(("capture.case", "capture.answer_case", "capture.reference", "capture.mark_reference"), "case"),
    **dict.fromkeys(("office.case", "office.change_case", "office.open_case", "office.close_case"), "case"),
    "office.certify": "case",
    "office.region": "region",
    "office.change_region": "region",
    "office.branch": "branch",
    "office.change_branch": "branch",
    "office.note": "branch",
    "office.take_back": "branch",
    "office.let_tablet_in": "branch",
    **dict.fromkeys(("office.merging_branch", "office.merge_branch"), "branch"),
    "office.end_tablet": "branch",
    "office.give_pin": "person",
    **dict.fromkeys(
        ("office.person", "office.erasing", "office.erase", "office.merging", "office.merge", "office.take_home"),
        "person",
    ),
    "office.change_person": "person",
}
"""What the `public_id` of a route names: by its endpoint, else by its room."""
OPENED_BY = {
    Right.FILL_AUDITS: (
        "capture.amend capture.audit capture.check capture.fresh capture.keep capture.leave capture.mine capture.note capture.notes "
        "capture.photo capture.push capture.section capture.send capture.sent capture.start capture.take_photo "
        "capture.calendar capture.make_calendar capture.end_calendar"
    ),
    Right.READ_EDITIONS: (
        "account.choose_mails account.end_stand_in account.name_stand_in editions.chain editions.edition editions.mine editions.paper editions.past editions.scope editions.so_far "
        "editions.other_table editions.table editions.workbook plan.scope region.branch region.branches region.table "
        "region.workbook explore.show explore.table explore.workbook section.show section.table section.workbook"
    ),
    Right.ANSWER_CASES: "capture.case capture.answer_case",
    Right.CALIBRATE: (
        "office.cases office.writing_case office.write_case office.case office.change_case office.open_case office.close_case "
        "office.certify capture.reference capture.mark_reference"
    ),
    Right.KEEP_PEOPLE: (
        "office.add office.adding office.change_person office.erase office.erasing office.merge office.merging office.take_home office.give_pin office.mail office.people "
        "office.people_table office.person office.retry office.people_file office.read_people office.confirm_people"
    ),
    Right.DECIDE_APPEALS: (
        "office.appeal office.appealing office.appealing_table office.appealing_workbook office.appeals office.decide"
    ),
    Right.ASSIGN: (
        "office.assign office.assigning office.assignment office.change_days office.open_assignments "
        "office.withdraw office.rotas office.asking_rota office.ask_rota office.rota office.send_rota office.drop_rota "
        "office.payroll office.payroll_table office.work_out_rota office.planned office.give_planned office.leave_planned office.restore_planned plan.chain"
    ),
    Right.REVIEW: "office.audit office.clear office.clearing office.decide_many office.desk office.photo office.review office.step",
    Right.KEEP_PLACES: (
        "office.branch office.change_branch office.change_region office.open_branch office.open_region "
        "office.opening_branch office.opening_region office.places office.branches_table office.branches_file office.read_branches office.confirm_branches office.region office.let_tablet_in office.end_tablet office.merging_branch office.merge_branch"
    ),
    Right.READ_HISTORY: "office.history office.history_table",
    Right.KEEP_TIMES: "office.change_due_time office.due_time office.schedule office.settings",
    Right.KEEP_STANDARD: (
        "capture.preview office.begin_standard office.change_standard_head office.change_standard_item office.change_standard_section "
        "office.change_standard_type office.publish_standard office.standard office.standard_changes office.standard_file "
        "office.standard_head office.standard_item office.standard_section office.step_standard office.take_back_standard"
    ),
    Right.KEEP_NOTICES: "office.inform office.informing office.note office.take_back",
    Right.READ_HANDBOOK: "handbook.paper handbook.show",
    Right.READ_OWN_BRANCH: "portal.branch portal.paper portal.table",
    Right.LEND: "tablet.ask tablet.give tablet.lock",
    Right.HAVE_PIN: "account.choose_pin",
    Right.HAVE_SECOND_STEP: "second.begin second.confirm second.renew second.show second.turn_off",
    Right.READ_RESULTS: (
        "results.action results.answer results.appeal_photo results.audit results.evidence_photo results.flag results.photo"
    ),
    Right.APPEAL: "results.appeal results.back results.withdraw",
    Right.ACCEPT_ACTIONS: "results.accept results.reply",
    Right.PLAN_ACTIONS: "results.complete results.hand_over results.plan results.plan_for results.show",
    Right.VERIFY_ACTIONS: "results.reopen results.respond results.verify",
    Right.DISMISS_FLAGS: "results.acknowledge results.dismiss",
}
"""Which right opens which address: written here, not read from the pages that are asked."""
RIGHT_OF = {endpoint: right for right, endpoints in OPENED_BY.items() for endpoint in endpoints.split()}
FOR_WHOEVER_IS_SIGNED_IN = {"account.take_home", "account.change_password", "account.end_device", "account.show"}
FOR_EVERYBODY = {
    *("health.up", "health.ready", "health.figures"),
    *("login.ask", "login.choose_language", "login.code", "login.demo", "login.enter_code", "login.enter_demo"),
    *("second.ask", "second.enter"),
    *("login.enter_password", "login.home", "login.landing", "login.redeem", "login.sign_in", "login.sign_out"),
    *(
        "capture.manifest",
        "capture.no_network",
        "capture.no_answer",
        "capture.nothing_done",
        "capture.worker",
        "capture.feed",
        "mails.choose",
        "mails.choose_alerts",
        "mails.show",
        "mails.show_alerts",
        "static",
        "tablet.code",
        "tablet.enter",
    ),
}
