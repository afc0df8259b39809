using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace MediaEngine.Sip;

/// <summary>The host our Via names.</summary>
internal static class SipAdvertisedHost
{
    public static string For(SipStackOptions options, SipListen? listener)
    {
        if ((listener?.AdvertisedHost ?? options.AdvertisedHost) is { Length: > 0 } host)
            return host;
        IPEndPoint? local = listener?.EndPoint;
        IPAddress address = local is null || local.Address.Equals(IPAddress.Any) || local.Address.Equals(IPAddress.IPv6Any)
            ? FirstOfMachine(local?.AddressFamily ?? AddressFamily.InterNetwork)
            : local.Address;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
    }

    private static IPAddress FirstOfMachine(AddressFamily family) => NetworkInterface.GetAllNetworkInterfaces()
        .Where(link => link.OperationalStatus == OperationalStatus.Up && link.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(link => link.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == family && !address.IsIPv6LinkLocal)
        ?? (family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback);
}
