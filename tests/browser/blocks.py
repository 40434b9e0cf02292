"""A page of all building blocks: what builders of forms may rely on, looked at like any other page."""

from typing import Any

from flask import Flask, flash, render_template_string

from monitor.web import gate

NAME = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfriseursalon"
LONG = "Kossuth Lajos tér és Rákóczi út sarka, a régi pályaudvar mellett"
ANSWERS = (("yes", "Yes"), ("no", "No"), ("na", "Does not apply"))
PAGE = """{% extends "base.html" %}
{% from "macros.html" import form, field, textarea, select, choice, scale, checks, check, file, button, actions, post,
   sure, errors, notice, progress, steps, rows, row, grid, tag, facts, views, pages, empty with context %}
{% block title %}Blocks{% endblock %}
{% block main %}
<header class="opening"><h1>Blocks</h1><p class="headline">Everything that a page can be built of.</p></header>
<div class="report">
{{ steps([("Greeting", "/", "done"), ("Service", "", "now"), ("Cut", "/", "todo")]) }}
{{ progress(2, 4, "Greeting · 2 of 4") }}
{{ views([("All", "/", true, 40), ("Waiting", "/", false, 3), ("Done", "/", false, none)]) }}
{% call form("/blocks", files=true) %}
{{ errors([("fee", "The fee has to be a number."), ("mark", "Say how it was.")]) if wrong }}
{{ field("title", "Title", value=name, hint="As it stands on the door.", maxlength=200) }}
{{ field("fee", "Fee", value="ten", size="short", error="The fee has to be a number." if wrong, inputmode="decimal") }}
{{ field("day", "Day", type="date", size="middle", optional=true) }}
{{ choice("mark", "Were you greeted?", answers, value="no", error="Say how it was." if wrong, hint="By anybody, in words.") }}
{{ scale("clean", "How clean was it?", 1, 5, value=4, low_word="dirty", high_word="spotless") }}
{{ select("branch", "Branch", ((1, name), (2, long)), value=2) }}
{{ textarea("words", "What happened?", "First line\\nsecond line", optional=true) }}
{{ checks("seen", "What did you see?", (("a", "The door"), ("b", long)), values=("b",)) }}
{{ check("agree", "I have been there myself.", hint="It is asked once.") }}
{{ file("photo", "A photo", accept="image/*", hint="JPEG or PNG.", optional=true) }}
{% call actions(thumb=true) %}{{ button("Send") }} {{ button("Keep for later", "quiet", name="later", value="yes") }}
{{ button("Cancel", "plain", href="/") }}{% endcall %}
{% endcall %}
{% call(item) rows([name, long, "Mill Lane", "Oktogon"], shown=3) %}
{{ row(item, "/", note=tag("due Friday", "short"), about="visit · 9 November") }}{% endcall %}
{% call(item) grid("Audits of each branch", ("Branch", "Audits"), [name, long, "Mill Lane"], shown=2) %}
<th scope="row"><bdi>{{ item }}</bdi></th><td class="number">9</td>{% endcall %}
{{ facts([("Branch", long), ("Fee", "1 200")]) }}
{{ notice("The report was sent to 3 people.", "done") }}
{% call notice() %}<p>Nothing is stored before you send it.</p>{% endcall %}
{{ pages("/", "/") }}
{{ empty("Nothing waits for you.", "Past audits", "/") }}
{% call sure("Withdraw this audit") %}<p>It will count nowhere, and that cannot be undone.</p>
{{ post("/blocks", "Withdraw it", "danger", {"why": "test"}) }}{% endcall %}
</div>
{% endblock %}"""


def add_blocks(app: Flask) -> None:
    """Puts the page at /blocks; at /blocks/wrong as it comes back with errors and a word of the request before."""

    def shown(*, wrong: bool) -> str:
        words: dict[str, Any] = {"wrong": wrong, "name": NAME, "long": LONG, "answers": ANSWERS}
        return render_template_string(PAGE, **words)

    def wrong() -> str:
        flash("Half of it was kept.", "warn")
        return shown(wrong=True)

    app.add_url_rule("/blocks", "blocks", gate.everybody(lambda: shown(wrong=False)))
    app.add_url_rule("/blocks/wrong", "blocks_wrong", gate.everybody(wrong))
