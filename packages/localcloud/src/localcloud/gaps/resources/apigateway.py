"""Emulate REST APIs.

Gap: of AWS::ApiGateway, moto supports only RestApi, Resource, Method and Deployment: without binary media types, physical
ids, updates or removal, and a method with a MOCK integration (CORS preflight) is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.gaps.cloudformation.resource import ReplacementNeeded, Resource, lower_first

if TYPE_CHECKING:
    from localcloud.world import Properties


class RestApi(Resource):
    type = "AWS::ApiGateway::RestApi"
    name_property = "Name"

    def create(self) -> str:
        given = lower_first(self.pick("Description", "EndpointConfiguration"))
        api = self.client("apigateway").create_rest_api(name=self.name, **given)
        kinds = self.properties.get("BinaryMediaTypes", [])
        changes = [{"op": "add", "path": "/binaryMediaTypes", "value": kind} for kind in kinds]
        self.client("apigateway").update_rest_api(restApiId=api["id"], patchOperations=changes)
        root = self.client("apigateway").get_resources(restApiId=api["id"])["items"][0]["id"]
        self.attributes = {"RestApiId": api["id"], "RootResourceId": root}
        return str(api["id"])

    def remove(self) -> None:
        self.client("apigateway").delete_rest_api(restApiId=self.physical_resource_id)


class PathResource(Resource):
    type = "AWS::ApiGateway::Resource"

    def create(self) -> str:
        given = lower_first(self.pick("RestApiId", "ParentId", "PathPart"))
        identifier = str(self.client("apigateway").create_resource(**given)["id"])
        self.attributes = {"ResourceId": identifier}
        return identifier

    def remove(self) -> None:
        api = self.properties["RestApiId"]
        self.client("apigateway").delete_resource(restApiId=api, resourceId=self.physical_resource_id)


class Method(Resource):
    type = "AWS::ApiGateway::Method"

    @property
    def _address(self) -> dict[str, str]:
        address: dict[str, str] = lower_first(self.pick("RestApiId", "ResourceId", "HttpMethod"))
        return address

    def create(self) -> str:
        properties, apigateway = self.properties, self.client("apigateway")
        authorization = lower_first(self.pick("AuthorizationType", "AuthorizationScopes", "AuthorizerId"))
        apigateway.put_method(**self._address, **{"authorizationType": "NONE", **authorization})
        integration = properties.get("Integration", {"Type": "MOCK"})
        given = {
            key: value for key, value in integration.items() if key in ("Type", "Uri", "RequestTemplates")
        }
        method = {"integrationHttpMethod": integration.get("IntegrationHttpMethod", "POST")}
        apigateway.put_integration(**self._address, **lower_first(given), **method)
        for response in integration.get("IntegrationResponses", []):
            self._put_response(response)
        return self.name

    def _put_response(self, response: Properties) -> None:
        status = str(response["StatusCode"])
        headers = response.get("ResponseParameters", {})
        method_headers = dict.fromkeys(headers, False)
        apigateway = self.client("apigateway")
        apigateway.put_method_response(**self._address, statusCode=status, responseParameters=method_headers)
        apigateway.put_integration_response(
            **self._address, statusCode=status, responseParameters=headers, responseTemplates={}
        )

    def update(self, before: Properties) -> None:
        if any(
            before.get(key) != self.properties.get(key) for key in ("RestApiId", "ResourceId", "HttpMethod")
        ):
            raise ReplacementNeeded
        self.create()

    def remove(self) -> None:
        self.client("apigateway").delete_method(**self._address)


class Authorizer(Resource):
    type = "AWS::ApiGateway::Authorizer"
    name_property = "Name"

    def create(self) -> str:
        given = lower_first(self.pick("RestApiId", "Type", "IdentitySource", "AuthorizerResultTtlInSeconds"))
        made = self.client("apigateway").create_authorizer(
            name=self.name, providerARNs=self.properties.get("ProviderARNs", []), **given
        )
        self.attributes = {"AuthorizerId": made["id"]}
        return str(made["id"])

    def remove(self) -> None:
        self.client("apigateway").delete_authorizer(
            restApiId=self.properties["RestApiId"], authorizerId=self.physical_resource_id
        )


class Deployment(Resource):
    type = "AWS::ApiGateway::Deployment"

    def create(self) -> str:
        given = lower_first(self.pick("RestApiId", "Description"))
        identifier = str(self.client("apigateway").create_deployment(**given)["id"])
        self.attributes = {"DeploymentId": identifier}
        return identifier


class Stage(Resource):
    type = "AWS::ApiGateway::Stage"

    def create(self) -> str:
        given = lower_first(self.pick("RestApiId", "StageName", "DeploymentId", "TracingEnabled"))
        self.client("apigateway").create_stage(**given, variables=self.properties.get("Variables", {}))
        return str(self.properties["StageName"])

    def update(self, before: Properties) -> None:
        if any(before[key] != self.properties[key] for key in ("RestApiId", "StageName")):
            raise ReplacementNeeded
        change = {"op": "replace", "path": "/deploymentId", "value": self.properties["DeploymentId"]}
        self.client("apigateway").update_stage(
            restApiId=self.properties["RestApiId"],
            stageName=self.properties["StageName"],
            patchOperations=[change],
        )

    def remove(self) -> None:
        self.client("apigateway").delete_stage(**lower_first(self.pick("RestApiId", "StageName")))


class GatewayResponse(Resource):
    type = "AWS::ApiGateway::GatewayResponse"

    def create(self) -> str:
        given = lower_first(self.pick("RestApiId", "ResponseType"))
        kept = self.pick("StatusCode", "ResponseParameters", "ResponseTemplates")
        details = {key[:1].lower() + key[1:]: value for key, value in kept.items()}
        self.client("apigateway").put_gateway_response(**given, **details)
        return self.name

    def update(self, before: Properties) -> None:
        if any(before[key] != self.properties[key] for key in ("RestApiId", "ResponseType")):
            raise ReplacementNeeded
        self.create()

    def remove(self) -> None:
        self.client("apigateway").delete_gateway_response(
            **lower_first(self.pick("RestApiId", "ResponseType"))
        )


class RequestValidator(Resource):
    type = "AWS::ApiGateway::RequestValidator"
    name_property = "Name"

    def create(self) -> str:
        given = lower_first(self.pick("RestApiId", "ValidateRequestBody", "ValidateRequestParameters"))
        identifier = str(self.client("apigateway").create_request_validator(name=self.name, **given)["id"])
        self.attributes = {"RequestValidatorId": identifier}
        return identifier

    def remove(self) -> None:
        self.client("apigateway").delete_request_validator(
            restApiId=self.properties["RestApiId"], requestValidatorId=self.physical_resource_id
        )
