"""Security groups: the default one, rules, what reaches the filters."""

from pathlib import Path
from typing import Any

from altostratus.contracts.network import PortWish
from tests.services.network.cloud import (
    NetworkCloud,
    change,
    fault,
    listed,
    make,
    make_segment,
    make_server,
    run,
    show,
)

RULES = "/network/v2.0/security-group-rules"


def test_the_default_group(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        [group] = await listed(client, "security-groups")
        kinds = {
            (rule["direction"], rule["ethertype"], rule["remote_group_id"]) for rule in group["security_group_rules"]
        }
        assert kinds == {
            ("egress", "IPv4", None),
            ("egress", "IPv6", None),
            ("ingress", "IPv4", group["id"]),
            ("ingress", "IPv6", group["id"]),
        }
        url = f"/network/v2.0/security-groups/{group['id']}"
        assert await fault(client.delete(url)) == (409, "SecurityGroupCannotRemoveDefault")
        assert await fault(client.put(url, {"security_group": {"name": "x"}})) == (
            409,
            "SecurityGroupCannotUpdateDefault",
        )
        again = client.post("/network/v2.0/security-groups", {"security_group": {"name": "default"}})
        assert await fault(again) == (409, "SecurityGroupDefaultAlreadyExists")
        assert (await change(client, "security_group", group["id"], description="d"))["description"] == "d"

    run(tmp_path, test)


NO_RULES: list[tuple[dict[str, Any], tuple[int, str]]] = [
    ({"direction": "sideways"}, (400, "HTTPBadRequest")),
    ({"ethertype": "IPX"}, (400, "SecurityGroupRuleInvalidEtherType")),
    ({"protocol": "nonsense"}, (400, "SecurityGroupRuleInvalidProtocol")),
    ({"protocol": 256}, (400, "SecurityGroupRuleInvalidProtocol")),
    ({"protocol": "ipv6-icmp"}, (400, "SecurityGroupEthertypeConflictWithProtocol")),
    ({"port_range_min": 1, "port_range_max": 2}, (400, "SecurityGroupProtocolRequiredWithPorts")),
    ({"protocol": "tcp", "port_range_min": 2, "port_range_max": 1}, (400, "SecurityGroupInvalidPortRange")),
    ({"protocol": "tcp", "port_range_min": 2}, (400, "SecurityGroupInvalidPortRange")),
    ({"protocol": "tcp", "port_range_min": 1, "port_range_max": 70000}, (400, "SecurityGroupInvalidPortValue")),
    ({"protocol": "icmp", "port_range_min": 256}, (400, "SecurityGroupInvalidIcmpValue")),
    ({"protocol": "icmp", "port_range_max": 0}, (400, "SecurityGroupMissingIcmpType")),
    ({"remote_ip_prefix": "nonsense"}, (400, "InvalidInput")),
    ({"remote_ip_prefix": "2001:db8::/64"}, (400, "SecurityGroupRuleParameterConflict")),
    ({"remote_group_id": "00000000-0000-0000-0000-000000000000"}, (404, "SecurityGroupNotFound")),
    ({"direction": "egress"}, (409, "SecurityGroupRuleExists")),
    ({"direction": "egress", "remote_ip_prefix": "0.0.0.0/0"}, (409, "SecurityGroupRuleExists")),
]


def test_what_is_no_rule(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        group = await make(cloud.client(), "security_group", name="g")
        for wish, expected in NO_RULES:
            body = {"security_group_id": group["id"], "direction": "ingress", **wish}
            answer = await fault(cloud.client().post(RULES, {"security_group_rule": body}))
            assert (answer, wish) == (expected, wish)
        assert len((await show(cloud.client(), "security_group", group["id"]))["security_group_rules"]) == 2

    run(tmp_path, test)


def test_rules_reach_the_filters(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        await make_segment(client)
        [port] = await make_server(cloud, "s1")
        [group] = await listed(client, "security-groups")
        rule = await make(client, "security_group_rule", security_group_id=group["id"], direction="ingress",
                          protocol="tcp", port_range_min="22", port_range_max=22,
                          remote_ip_prefix="10.9.0.0/16")  # fmt: skip
        assert (rule["port_range_min"], rule["ethertype"]) == (22, "IPv4")
        await cloud.settle()
        [ssh] = [rule for rule in cloud.world.ports[port.id].rules if rule.protocol == 6]
        assert (ssh.ingress, ssh.port_min, ssh.port_max, [str(net) for net in ssh.remote or ()]) == (
            True,
            22,
            22,
            ["10.9.0.0/16"],
        )
        assert (await client.delete(f"{RULES}/{rule['id']}")).status_code == 204
        await cloud.settle()
        assert [rule for rule in cloud.world.ports[port.id].rules if rule.protocol == 6] == []

    run(tmp_path, test)


def test_members_of_remote_groups_reach_the_filters(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        network_id, _ = await make_segment(cloud.client())

        def remote(port_id: str) -> set[str]:
            rules = [rule for rule in cloud.world.ports[port_id].rules if rule.ingress]
            return {str(address) for rule in rules for net in rule.remote or () for address in net}

        [first] = await make_server(cloud, "s1", PortWish(network_id=network_id))
        await cloud.settle()
        assert remote(first.id) == {"10.0.0.3"}
        [second] = await make_server(cloud, "s2", PortWish(network_id=network_id))
        await cloud.settle()
        assert remote(first.id) == {"10.0.0.3", "10.0.0.4"}
        pairs = [{"ip_address": "10.0.0.8/31"}, {"ip_address": "10.0.0.9"}]
        await change(cloud.client(), "port", second.id, allowed_address_pairs=pairs)
        await cloud.settle()
        assert remote(first.id) == {"10.0.0.3", "10.0.0.4", "10.0.0.8", "10.0.0.9"}
        await cloud.write(lambda tx: cloud.service.facade.release_ports(tx, "compute.server/s2"))
        await cloud.settle()
        assert remote(first.id) == {"10.0.0.3"}

    run(tmp_path, test, membership_seconds_per_port=0.01)


def test_members_that_came_while_no_rule_asked_for_them(tmp_path: Path) -> None:
    """What a group came to is remembered by the count of its changes, and nobody counts what no rule asks for."""

    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        network_id, _ = await make_segment(client)
        [port] = await make_server(cloud, "s1", PortWish(network_id=network_id))
        [group] = await listed(client, "security-groups")
        [asks] = [r["id"] for r in group["security_group_rules"] if r["remote_group_id"] and r["ethertype"] == "IPv4"]
        [other] = [r["id"] for r in group["security_group_rules"] if r["remote_group_id"] and r["ethertype"] == "IPv6"]
        await cloud.settle()
        for rule in (asks, other):
            assert (await client.delete(f"{RULES}/{rule}")).status_code == 204
        await make_server(cloud, "s2", PortWish(network_id=network_id))
        wish = {"security_group_id": group["id"], "direction": "ingress", "remote_group_id": group["id"]}
        await make(client, "security_group_rule", **wish)
        await cloud.settle()
        [rule] = [rule for rule in cloud.world.ports[port.id].rules if rule.ingress]
        assert {str(address) for net in rule.remote or () for address in net} == {"10.0.0.3", "10.0.0.4"}

    run(tmp_path, test, membership_seconds_per_port=0.01)


def test_groups_in_use_stay_and_take_rules_with_them(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        network_id, _ = await make_segment(client)
        used = await make(client, "security_group", name="used")
        other = await make(client, "security_group", name="other")
        port = await make(client, "port", network_id=network_id, security_groups=[used["id"]])
        await make(client, "security_group_rule", security_group_id=other["id"], direction="ingress",
                   remote_group_id=used["id"])  # fmt: skip
        url = f"/network/v2.0/security-groups/{used['id']}"
        assert await fault(client.delete(url)) == (409, "SecurityGroupInUse")
        await change(client, "port", port["id"], security_groups=[other["id"]])
        assert (await client.delete(url)).status_code == 204
        assert len((await show(client, "security_group", other["id"]))["security_group_rules"]) == 2

    run(tmp_path, test)


def test_rules_are_listed_by_their_attributes(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        group = await make(client, "security_group", name="g")
        rules = await listed(client, "security-group-rules", security_group_id=group["id"], ethertype="IPv6")
        assert [(rule["direction"], rule["project_id"]) for rule in rules] == [("egress", "mine")]
        assert await listed(cloud.client("other"), "security-group-rules", security_group_id=group["id"]) == []

    run(tmp_path, test)
