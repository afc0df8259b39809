using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>The users by the names they authenticate with, with their digest hashes ready: each look-up costs the same.</summary>
internal sealed class DigestUsers
{
    private readonly Organisation _organisation;
    private readonly string _realm;
    private readonly Dictionary<string, Credentials> _byName = [];
    private readonly Dictionary<string, Credentials>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public DigestUsers(Organisation organisation, string realm)
    {
        _organisation = organisation;
        _realm = realm;
        foreach (McUser user in organisation.Users)
        {
            // Clients send the user part of their identity, or all of it.
            if (!SipUri.TryParse(user.SipIdentity, out SipUri? identity) || organisation.UserBySipIdentity($"sip:{identity.User}@{organisation.Domain}") != user)
                continue;
            byte[]? md5 = user.PlainSip is null ? null : Hash(DigestAlgorithm.Md5, identity.User, user);
            _byName[identity.User] = new Credentials(user, Hash(DigestAlgorithm.Sha256, identity.User, user), md5);
        }
        _lookup = _byName.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public McUser? Find(ReadOnlySpan<char> name) =>
        _lookup.TryGetValue(name, out Credentials credentials) ? credentials.User : UserOfIdentity(name);

    /// <summary>A <see cref="DigestSecrets"/>. Many telephones know MD5 only; nobody else may use it.</summary>
    public bool TryHash(ReadOnlySpan<char> name, DigestAlgorithm algorithm, Span<byte> hashA1)
    {
        if (_lookup.TryGetValue(name, out Credentials known))
        {
            byte[]? hash = algorithm == DigestAlgorithm.Sha256 ? known.Sha256 : known.Md5;
            hash?.CopyTo(hashA1);
            return hash is not null;
        }
        if (!IsIdentity(name))
            return false;
        McUser? user = UserOfIdentity(name);
        // For an unknown one too: the time it takes tells nothing.
        DigestCalculator.HashA1(algorithm, name, _realm, user?.Password ?? name, hashA1);
        return user is not null && (algorithm != DigestAlgorithm.Md5 || user.PlainSip is not null);
    }

    private McUser? UserOfIdentity(ReadOnlySpan<char> name) => IsIdentity(name) ? _organisation.UserBySipIdentity(name.ToString()) : null;

    private static bool IsIdentity(ReadOnlySpan<char> name) => name.Contains(':');

    private byte[] Hash(DigestAlgorithm algorithm, string name, McUser user)
    {
        byte[] hash = new byte[DigestCalculator.LengthOf(algorithm)];
        DigestCalculator.HashA1(algorithm, name, _realm, user.Password, hash);
        return hash;
    }

    private readonly record struct Credentials(McUser User, byte[] Sha256, byte[]? Md5);
}
