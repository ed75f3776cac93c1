"""Base of the admin's tables: read-only rows for search, audit and export."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from classifier.access.owners import short_owner
from classifier.formats.tables import Columns, download_table
from classifier.languages import SPECIAL_LABELS, full_label, label_name
from classifier.models import key_of
from classifier.review.exports import read_rows
from classifier.services import registry
from classifier.services.counts import CappedPaginator, distinct_values

LONGEST_CELL = 60  # characters; the page of a row shows the rest
MOST_MONTHS = 36  # in a filter


class ModelFilter(admin.AllValuesFieldListFilter):
    """A filter of the models that serve: rows to look for others in are too many."""

    def __init__(self, field: Any, *args: Any, **options: Any) -> None:
        super().__init__(field, *args, **options)
        self.lookup_choices: Any = self.read_values(field)

    def read_values(self, field: Any) -> list[str]:
        """Return the values to choose from, also those chosen by an address."""
        return sorted({*registry.current().names, *(self.lookup_val or ())})


class LabelFilter(ModelFilter):
    """A filter of labels, read from an index, that shows their names."""

    def read_values(self, field: Any) -> list[str]:
        """Return the values of the column."""
        return distinct_values(field.model, field.column)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the choices, all of them first."""
        every, *others = super().choices(changelist)
        yield every
        for choice in others:
            code, space, count = choice["display"].partition(" ")  # with facets: fr (3)
            name = label_name(code) if code else _("none")
            yield {**choice, "display": f"{name}{space}{count}"}


class LanguageFilter(LabelFilter):
    """A filter of the languages that models answer, and special labels."""

    others: Iterable[str] = SPECIAL_LABELS

    def read_values(self, field: Any) -> list[str]:
        """Return the values to choose from, also those chosen by an address."""
        return [*sorted({*registry.current().languages, *(self.lookup_val or ())} - {*self.others}), *self.others]


class AnswerFilter(LanguageFilter):
    """A filter of the languages that models answer, and none."""

    others = ("",)


class MonthFilter(admin.SimpleListFilter):
    """A filter of months (UTC), the newest first."""

    title = _("month")
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the months since the first row, at most MOST_MONTHS."""
        first = model_admin.model.objects.order_by("created").values_list("created", flat=True).first()
        if first is None:
            return []
        months: list[tuple[str, str]] = []
        month = timezone.now().date().replace(day=1)
        while month >= first.date().replace(day=1) and len(months) < MOST_MONTHS:
            months.append((f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT")))
            month = (month - timedelta(days=1)).replace(day=1)
        return months

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the month chosen; raise ValueError for another text."""
        if not self.value():
            return queryset
        start = datetime.strptime(str(self.value()), "%Y-%m").replace(tzinfo=UTC)
        return queryset.filter(created__gte=start, created__lt=(start + timedelta(days=31)).replace(day=1))


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read-only rows, searchable by any spelling of a word, exported as listed."""

    word_field = "word_key"
    show_full_result_count = False
    paginator = CappedPaginator
    empty_value_display = ""
    actions = ("export_csv", "export_jsonl")
    columns: Columns  # of an export

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: rows come from the services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: rows are a record."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: only its owner deletes a history."""
        return False

    @admin.display(description=_("word"))
    def short_word(self, row: Any) -> str:
        """Return the word, cut at LONGEST_CELL characters."""
        return Truncator(str(row.word or _("(private)"))).chars(LONGEST_CELL)

    @admin.display(description=_("word"), ordering="word_key")
    def key(self, row: Any) -> str:
        """Return the key of a word, cut at LONGEST_CELL characters."""
        return Truncator(row.word_key).chars(LONGEST_CELL)

    @admin.display(description=_("label"), ordering="label")
    def label_name(self, row: Any) -> str:
        """Return the name of a label."""
        return full_label(row.label, row.languages)

    @admin.display(description=_("by"))
    def short_owner(self, row: Any) -> str:
        """Return a name that tells callers apart."""
        return short_owner(row.owner)

    @admin.display(description=_("history"))
    def card(self, row: Any) -> str:
        """Return a link to the word's card, which shows its feedback and decisions."""
        address = f"{reverse('review')}?{urlencode({'word': self.word_of(row)})}"
        return format_html('<a href="{}">{}</a>', address, _("All about this word"))

    def word_of(self, row: Any) -> str:
        """Return the key of a row's word."""
        return str(row.word_key)

    @admin.action(description=_("Export selected as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        """Send the selected rows as CSV."""
        return self._export(request, queryset, "csv")

    @admin.action(description=_("Export selected as JSON lines"), permissions=["view"])
    def export_jsonl(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        """Send the selected rows as JSON lines."""
        return self._export(request, queryset, "jsonl")

    def _export(self, request: HttpRequest, selected: QuerySet[Any], ending: str) -> HttpResponseBase:
        rows = read_rows(self.get_queryset(request), selected)
        return download_table(rows, self.columns, str(self.opts.model_name), ending)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search by the start of a word and other fields."""
        rows, duplicates = super().get_search_results(request, queryset, search_term)
        words = queryset.filter(**{f"{self.word_field}__startswith": key_of(search_term)})
        return (rows | words if search_term else rows), duplicates
