using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MediaEngine.Mcx;

namespace MediaEngine.Server;

/// <summary>
/// HTTP Basic authentication (RFC 7617) by the SIP user name and password. An address whose attempts fail too often is
/// refused for a while, whatever it sends. Any number of threads.
/// </summary>
internal sealed class KmsAuthenticator(Organisation organisation)
{
    public const int MaxFailures = 10;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private const int MaxAddresses = 4096;
    private const int MaxHeader_chars = 2048;
    private const string Scheme = "Basic ";

    // Compared when there is no such user, so that this takes as long.
    private static readonly byte[] NobodysPassword = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    private readonly AttemptLimiter<IPAddress> _failures = new(MaxFailures, Window, MaxAddresses);

    /// <param name="user">Null unless Ok.</param>
    public KmsAuthentication Authenticate(string? header, IPAddress address, DateTimeOffset now, out McUser? user)
    {
        user = null;
        IPAddress source = SourceOf(address);
        if (_failures.IsBlocked(source, now))
            return KmsAuthentication.Blocked;
        if (header is null)
            return KmsAuthentication.Missing;
        if (TryRead(header, out string name, out string password) && Matches(name, password, out user))
            return KmsAuthentication.Ok;
        return _failures.Add(source, now) ? KmsAuthentication.LastWrong : KmsAuthentication.Wrong;
    }

    private bool Matches(string name, string password, out McUser? user)
    {
        McUser? named = UserNamed(name);
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes], expected = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(password), given);
        if (named is null)
            NobodysPassword.CopyTo(expected);
        else
            SHA256.HashData(Encoding.UTF8.GetBytes(named.Password), expected);
        bool equal = CryptographicOperations.FixedTimeEquals(given, expected);
        user = equal ? named : null;
        return user is not null;
    }

    // The user part of the SIP identity, or all of it but the scheme: a user-id has no colon.
    private McUser? UserNamed(string name) =>
        organisation.UserBySipIdentity($"sip:{name}@{organisation.Domain}") ?? organisation.UserBySipIdentity($"sip:{name}");

    private static bool TryRead(string header, out string name, out string password)
    {
        name = password = string.Empty;
        if (header.Length > MaxHeader_chars || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        byte[] octets = new byte[MaxHeader_chars];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), octets, out int length))
            return false;
        string pair = Encoding.UTF8.GetString(octets, 0, length);
        CryptographicOperations.ZeroMemory(octets);
        int colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1)
            return false;
        name = pair[..colon];
        password = pair[(colon + 1)..];
        return true;
    }

    // Who has one IPv6 address has all of its /64.
    private static IPAddress SourceOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        byte[] octets = address.GetAddressBytes();
        octets.AsSpan(8).Clear();
        return new IPAddress(octets);
    }
}
