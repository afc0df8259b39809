using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Server;

/// <summary>Where this server's KMS has its certificates and key sets from. Used by several threads.</summary>
internal abstract class KmsSource(KmsCertificate own, IReadOnlyList<KmsCertificate> trusted) : IDisposable
{
    public KmsCertificate Own => own;

    /// <summary>Certificates of partners' KMSs.</summary>
    public IReadOnlyList<KmsCertificate> Trusted => trusted;

    /// <summary>The key sets of one identity for those periods there are any for; the caller disposes them.</summary>
    public abstract List<UserKeySet> KeySetsOf(string uri, IEnumerable<long> periods);

    public abstract void Dispose();

    /// <summary>Issues.</summary>
    public sealed class BuiltIn(KeyAuthority authority, IReadOnlyList<KmsCertificate> trusted, IEntropy entropy)
        : KmsSource(authority.Certificate, trusted)
    {
        public override List<UserKeySet> KeySetsOf(string uri, IEnumerable<long> periods) =>
            [.. periods.Where(number => KeyPeriods.IsInRange(Own.Kms, number)).Select(number => authority.Issue(uri, number, entropy))];

        public override void Dispose() => authority.Dispose();
    }

    /// <summary>Passes on what an external KMS issued.</summary>
    public sealed class Imported(KmsMaterial material, IReadOnlyList<KmsCertificate> trusted)
        : KmsSource(material.Certificates[0], [.. material.Certificates.Skip(1), .. trusted])
    {
        public override List<UserKeySet> KeySetsOf(string uri, IEnumerable<long> periods)
        {
            var keySets = new List<UserKeySet>();
            foreach (long number in periods)
            {
                ReceivedKeySet? received = material.KeySets.FirstOrDefault(set => set.UserUri == uri && set.KeyPeriodNumber == number);
                if (received is not null && UserKeySet.Receive(Own, received, out UserKeySet? keys) == UserKeySetOutcome.Ok)
                    keySets.Add(keys!);
            }
            return keySets;
        }

        public override void Dispose() => material.Dispose();
    }
}
