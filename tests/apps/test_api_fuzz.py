"""The interface of data against its own document: what anybody may send, as a program that reads the document
makes it up; the answer is one that the document tells, and never a fault of ours.
"""

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance, unsupported_method

from tests.support.places import place
from tests.support.profile import times

# Data generation stops where it cannot vary any more: an address without a parameter has one case.
CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]
# There is no authentication; a method that an address does not have is told by its own tests; a code that the
# document allows may be that of no commune.
IGNORED_CHECKS = [ignored_auth, positive_data_acceptance, unsupported_method]
PLAIN = {"host": "localhost", "accept-encoding": "identity"}


@pytest.mark.slow("as many requests as the document of the interface calls for")
@pytest.mark.django_db
def test_whatever_is_sent_the_answer_is_one_that_the_document_tells():
    place("lieu-1", {"nom": "Médiathèque", "code_insee": "38185", "latitude": 45.19, "longitude": 5.72})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), headers=PLAIN)
    tried, wrong = set(), []
    for operation in (operation_result.ok() for operation_result in schema.get_all_operations()):

        @settings(
            max_examples=times(10, 25),
            suppress_health_check=CALM,
            deadline=None,
            derandomize=True,
            database=None,
        )
        @given(case=operation.as_strategy())
        def assert_response_is_documented(case):
            tried.add(case.operation.label)
            case.call_and_validate(headers=PLAIN, excluded_checks=IGNORED_CHECKS)

        try:
            assert_response_is_documented()
        except (Exception, BaseExceptionGroup) as error:  # each operation is tried, whatever the others do
            wrong.append(f"{operation.label}: {error!r}"[:3000])
    assert not wrong, "\n\n".join(wrong)
    assert len(tried) >= 8
