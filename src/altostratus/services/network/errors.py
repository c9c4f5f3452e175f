"""Faults of the network service. A class's name is the `type` that clients of Neutron match on."""

from altostratus.kernel import errors


class HTTPBadRequest(errors.BadRequest):
    """The request is not valid."""


class InvalidInput(errors.BadRequest):
    """Invalid input for operation: {reason}."""


class BadRequest(errors.BadRequest):
    """Bad {resource} request: {reason}."""


class PolicyNotAuthorized(errors.Forbidden):
    """({rule}) is disallowed by policy"""


class OverQuota(errors.Conflict):
    """Quota exceeded for resources: {resources}."""


class RevisionNumberConstraintFailed(errors.PreconditionFailed):
    """Constrained to {wanted}, but current revision is {current}"""


class ExtensionNotFound(errors.NotFound):
    """Extension with alias {alias} does not exist"""


class NetworkNotFound(errors.NotFound):
    """Network {id} could not be found."""


class SubnetNotFound(errors.NotFound):
    """Subnet {id} could not be found."""


class PortNotFound(errors.NotFound):
    """Port {id} could not be found."""


class RouterNotFound(errors.NotFound):
    """Router {id} could not be found"""


class FloatingIPNotFound(errors.NotFound):
    """Floating IP {id} could not be found"""


class SecurityGroupNotFound(errors.NotFound):
    """Security group {id} does not exist"""


class SecurityGroupRuleNotFound(errors.NotFound):
    """Security group rule {id} does not exist"""


class SubnetPoolNotFound(errors.NotFound):
    """Subnet pool {id} could not be found."""


class TagNotFound(errors.NotFound):
    """Tag {tag} could not be found."""


class NetworkInUse(errors.Conflict):
    """Unable to complete operation on network {id}. There are one or more ports still in use on the network."""


class InvalidSharedSetting(errors.Conflict):
    """Unable to reconfigure sharing settings for network {network}. Multiple tenants are using it."""


class ExternalNetworkInUse(errors.Conflict):
    """External network {id} cannot be updated to be made non-external, since it has existing gateway ports."""


class SubnetInUse(errors.Conflict):
    """Unable to complete operation on subnet {id}: One or more ports have an IP allocation from this subnet."""


class SubnetMismatchedPort(errors.BadRequest):
    """Subnet on port does not match the requested subnet {id}."""


class GatewayConflictWithAllocationPools(errors.Conflict):
    """Gateway ip {ip} conflicts with allocation pool {pool}."""


class GatewayIpInUse(errors.Conflict):
    """Current gateway ip {ip} already in use by port {port_id}. Unable to update."""


class InvalidAllocationPool(errors.BadRequest):
    """The allocation pool {pool} is not valid."""


class OutOfBoundsAllocationPool(errors.BadRequest):
    """The allocation pool {pool} spans beyond the subnet cidr {cidr}."""


class OverlappingAllocationPools(errors.Conflict):
    """Found overlapping allocation pools: {first} {second} for subnet {cidr}."""


class DNSNameServersExhausted(errors.BadRequest):
    """Unable to complete operation: the number of DNS nameservers exceeds the limit {quota}."""


class HostRoutesExhausted(errors.BadRequest):
    """Unable to complete operation: the number of host routes exceeds the limit {quota}."""


class SubnetAllocationError(errors.Conflict):
    """Failed to allocate subnet: {reason}."""


class MinPrefixSubnetAllocationError(errors.BadRequest):
    """Unable to allocate subnet with prefix length {prefixlen}, minimum allowed prefix is {least}."""


class MaxPrefixSubnetAllocationError(errors.BadRequest):
    """Unable to allocate subnet with prefix length {prefixlen}, maximum allowed prefix is {most}."""


class IllegalSubnetPoolPrefixBounds(errors.BadRequest):
    """Illegal prefix bounds: {reason}."""


class IllegalSubnetPoolPrefixUpdate(errors.BadRequest):
    """Illegal update to prefixes: {reason}."""


class SubnetPoolInUse(errors.Conflict):
    """Unable to complete operation on subnet pool {id}. There are one or more subnets still in use from it."""


class IpAddressGenerationFailure(errors.Conflict):
    """No more IP addresses available on network {network_id}."""


class IpAddressAlreadyAllocated(errors.Conflict):
    """IP address {ip} already allocated in subnet {subnet_id}"""


class IpAddressInUse(errors.Conflict):
    """Unable to complete operation for network {network_id}. The IP address {ip} is in use."""


class InvalidIpForSubnet(errors.BadRequest):
    """IP address {ip} is not a valid IP for the specified subnet."""


class InvalidIpForNetwork(errors.BadRequest):
    """IP address {ip} is not a valid IP for any of the subnets on the specified network."""


class AllocationOnAutoAddressSubnet(errors.BadRequest):
    """IPv6 address {ip} can not be directly assigned to a port on subnet {subnet_id} as it is automatic there."""


class MacAddressInUse(errors.Conflict):
    """Unable to complete operation for network {network_id}. The mac address {mac} is in use."""


class MacAddressGenerationFailure(errors.Unavailable):
    """Unable to generate unique mac on network {network_id}."""


class PortInUse(errors.Conflict):
    """Unable to complete operation on port {id} for network {network_id}. Port already has an attached device {device_id}."""  # noqa: E501


class PortBound(errors.Conflict):
    """Unable to complete operation on port {id}, port is already bound, port type: bridge, old_mac {old}, new_mac {new}."""  # noqa: E501


class ServicePortInUse(errors.Conflict):
    """Port {id} cannot be deleted directly via the port API: {reason}."""


class PortSecurityAndIPRequiredForSecurityGroups(errors.BadRequest):
    """Port security must be enabled and port must have an IP address in order to use security groups."""


class PortSecurityPortHasSecurityGroup(errors.Conflict):
    """Port has security group associated. Cannot disable port security or IP address until it is removed."""


class AddressPairAndPortSecurityRequired(errors.Conflict):
    """Port Security must be enabled in order to have allowed address pairs on a port."""


class DuplicateAddressPairInRequest(errors.BadRequest):
    """Request contains duplicate address pair: mac_address {mac} ip_address {ip}."""


class PortRequiresFixedIP(errors.BadRequest):
    """Port {id} requires a FixedIP in order to be used."""


class NetworkRequiresSubnet(errors.BadRequest):
    """Network {id} requires a subnet in order to boot instances on."""


class NetworkAmbiguous(errors.Conflict):
    """Multiple possible networks found, use a Network ID to be more specific."""


class ExternalNetworkAttachForbidden(errors.Forbidden):
    """It is not allowed to create an interface on external network {id}"""


class NoUniqueMatch(errors.Conflict):
    """Multiple security groups found matching '{name}'. Use an ID to be more specific."""


class RouterInUse(errors.Conflict):
    """Router {id} {reason}"""


class RouterInterfaceNotFound(errors.NotFound):
    """Router {id} does not have an interface with id {port_id}"""


class RouterInterfaceNotFoundForSubnet(errors.NotFound):
    """Router {id} has no interface on subnet {subnet_id}"""


class RouterInterfaceInUseByFloatingIP(errors.Conflict):
    """Router interface for subnet {subnet_id} on router {id} cannot be deleted, as it is required by one or more floating IPs."""  # noqa: E501


class RouterInterfaceInUseByRoute(errors.Conflict):
    """Router interface for subnet {subnet_id} on router {id} cannot be deleted, as it is required by one or more routes."""  # noqa: E501


class RouterExternalGatewayInUseByFloatingIp(errors.Conflict):
    """Gateway cannot be updated for router {id}, since a gateway to external network {network_id} is required by one or more floating IPs."""  # noqa: E501


class InvalidRoutes(errors.BadRequest):
    """Invalid format for routes: {routes}, {reason}"""


class RoutesExhausted(errors.BadRequest):
    """Unable to complete operation for {id}. The number of routes exceeds the maximum {quota}."""


class ExternalGatewayForFloatingIPNotFound(errors.NotFound):
    """External network {network_id} is not reachable from subnet {subnet_id}.  Therefore, cannot associate Port {port_id} with a Floating IP."""  # noqa: E501


class FloatingIPPortAlreadyAssociated(errors.Conflict):
    """Cannot associate floating IP {address} ({id}) with port {port_id} using fixed IP {fixed_ip}, as that fixed IP already has a floating IP on external network {network_id}."""  # noqa: E501


class SecurityGroupInUse(errors.Conflict):
    """Security Group {id} {reason}."""


class SecurityGroupCannotRemoveDefault(errors.Conflict):
    """Insufficient rights for removing default security group."""


class SecurityGroupCannotUpdateDefault(errors.Conflict):
    """Updating default security group not allowed."""


class SecurityGroupDefaultAlreadyExists(errors.Conflict):
    """Default security group already exists."""


class SecurityGroupRuleExists(errors.Conflict):
    """Security group rule already exists. Rule id is {id}."""


class SecurityGroupRuleInvalidEtherType(errors.BadRequest):
    """Security group rule for ethertype '{ethertype}' not supported. Allowed values are ['IPv4', 'IPv6']."""


class SecurityGroupRuleInvalidProtocol(errors.BadRequest):
    """Security group rule protocol {protocol} not supported. Only protocol names and integers 0 to 255 are."""


class SecurityGroupEthertypeConflictWithProtocol(errors.BadRequest):
    """Invalid ethertype {ethertype} for protocol {protocol}."""


class SecurityGroupRemoteGroupAndRemoteIpPrefix(errors.BadRequest):
    """Only remote_ip_prefix or remote_group_id may be provided."""


class SecurityGroupRuleParameterConflict(errors.BadRequest):
    """Conflicting value ethertype {ethertype} for CIDR {cidr}"""


class SecurityGroupProtocolRequiredWithPorts(errors.BadRequest):
    """Must also specify protocol if port range is given."""


class SecurityGroupInvalidPortRange(errors.BadRequest):
    """For TCP/UDP protocols, port_range_min must be <= port_range_max"""


class SecurityGroupInvalidPortValue(errors.BadRequest):
    """Invalid value for port {port}"""


class SecurityGroupInvalidIcmpValue(errors.BadRequest):
    """Invalid value for ICMP {name} ({field}) {value}. It must be 0 to 255."""


class SecurityGroupMissingIcmpType(errors.BadRequest):
    """ICMP code (port-range-max) {value} is provided but ICMP type (port-range-min) is missing."""
