"""The HTTP API: each row of the table of routes, by the same words that the functions are tested with."""

import json
from collections.abc import Mapping

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra import cors
from infra.names import name
from shared.runtime.routes import ROUTES

RATE = 1_000
BURST = 2_000
"""Requests a second, and at once, that all callers together may make: the ceiling of a month's bill."""


class Api(apigateway.HttpApi):
    """Every route, and behind whatever is no route the function that says so in the contract's words."""

    def __init__(self, scope: Construct, id_: str, *, functions: Mapping[str, lambda_.IFunction]) -> None:
        # One permission a function and not one a route: a stack holds 500 resources, the contract 241 routes.
        integrations = {
            function: HttpLambdaIntegration(f"{function}Integration", handler, scope_permission_to_route=False)
            for function, handler in functions.items()
        }
        super().__init__(
            scope,
            id_,
            api_name=name(scope),
            description="Bonbon's promotion API",
            create_default_stage=False,
            default_integration=integrations["unknown"],
            cors_preflight=apigateway.CorsPreflightOptions(
                # Any site may ask: a browser's key is held against its own list of origins when it is used.
                allow_origins=[cors.ORIGINS],
                allow_methods=[apigateway.CorsHttpMethod[method] for method in cors.METHODS],
                allow_headers=list(cors.REQUEST_HEADERS),
                expose_headers=list(cors.ANSWER_HEADERS),
                max_age=Duration.seconds(cors.MAX_AGE),
            ),
        )
        for route in ROUTES:
            self.add_routes(
                path=route.path,
                methods=[apigateway.HttpMethod[route.method]],
                integration=integrations[route.function],
            )
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(rate_limit=RATE, burst_limit=BURST),
        )
        _log(stage)


def _log(stage: apigateway.HttpStage) -> None:
    """A line a request, also for those that no function ever saw (throttled, timed out); of nobody's address."""
    group = logs.LogGroup(
        stage,
        "Log",
        # A log that a service delivers under this prefix needs no room in the account's one policy for such logs.
        log_group_name=f"/aws/vendedlogs/{name(stage, 'api')}",
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=RemovalPolicy.DESTROY,
    )
    fields = {
        "request_id": "$context.requestId",
        "at": "$context.requestTimeEpoch",
        "route": "$context.routeKey",
        "status": "$context.status",
        "milliseconds": "$context.responseLatency",
        "error": "$context.integrationErrorMessage",
    }
    resource = stage.node.default_child
    assert isinstance(resource, apigateway.CfnStage)
    resource.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
        # A log's own ARN ends in `:*`; here it is wanted without.
        destination_arn=Stack.of(stage).format_arn(
            service="logs",
            resource="log-group",
            resource_name=group.log_group_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        ),
        format=json.dumps(fields),
    )
