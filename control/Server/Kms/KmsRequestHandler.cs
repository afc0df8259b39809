using System.Globalization;
using MediaEngine.Keys;
using MediaEngine.Mcx;

namespace MediaEngine.Server;

/// <summary>Answers the requests of authenticated users (TS 33.180 D.2): a user gets his own keys and no others.</summary>
/// <param name="startedAt">Numbers the certificate cache: certificates change at a restart only.</param>
internal sealed class KmsRequestHandler(KmsSource source, DateTimeOffset startedAt)
{
    public const string Root = "/keymanagement/identity/v1";

    private const int Ok = 200;
    private const int BadRequest = 400;
    private const int Forbidden = 403;
    private const int NotFound = 404;

    private readonly long _cacheNumber = startedAt.ToUnixTimeSeconds();

    /// <param name="path">Undecoded.</param>
    /// <param name="url">For ClientReqUrl where the client sent none.</param>
    public KmsAnswer Handle(string path, string url, McUser user, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        if (!path.StartsWith(Root + "/", StringComparison.Ordinal))
            return KmsAnswer.Text(NotFound, $"{path} is not there; requests go to {Root}/init, /keyprov and /certcache");
        // An empty body is that of a client without the security extension.
        KmsRequest? request = null;
        if (!body.IsEmpty)
        {
            KmsDocumentOutcome outcome = KmsRequest.TryRead(body, out request);
            if (outcome != KmsDocumentOutcome.Ok)
                return KmsAnswer.Text(BadRequest, $"the body {KmsFile.Describe(outcome)}");
            if (!IsOwn(request!.UserUri, user))
                return Error(Forbidden, request, now, $"{request.UserUri} is not {user.McpttId}, who authenticated");
        }
        request = new KmsRequest { UserUri = user.McpttId, KmsUri = request?.KmsUri ?? source.Own.Kms.Uri, ClientReqUrl = request?.ClientReqUrl ?? url };
        string[] segments = path[(Root.Length + 1)..].Split('/');
        // Before init a client need not know what its KMS is called.
        if (segments[0] != "init" && request.KmsUri != source.Own.Kms.Uri)
            return Error(NotFound, request, now, $"this is {source.Own.Kms.Uri}, not {request.KmsUri}");
        return segments switch
        {
            ["init"] => Xml(KmsResponse.WriteInit(source.Own, request, now)),
            ["keyprov"] => Provide(request, user, KeyPeriods.HeldAt(source.Own.Kms, now), now),
            ["keyprov", var uri] => ProvideFor(uri, null, request, user, now),
            ["keyprov", var uri, var time] => ProvideFor(uri, time, request, user, now),
            ["certcache"] => Cache(request, null, now),
            ["certcache", var number] => Cache(request, number, now),
            _ => KmsAnswer.Text(NotFound, $"{path} is not there; requests go to {Root}/init, /keyprov and /certcache"),
        };
    }

    private KmsAnswer ProvideFor(string uri, string? time, KmsRequest request, McUser user, DateTimeOffset now)
    {
        if (!IsOwn(Uri.UnescapeDataString(uri), user))
            return Error(Forbidden, request, now, $"{user.McpttId} asks for the keys of {uri}");
        if (time is null)
            return Provide(request, user, KeyPeriods.HeldAt(source.Own.Kms, now), now);
        if (!ulong.TryParse(time, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong ntp) || time.Length != 16)
            return Error(BadRequest, request, now, $"'{time}' is not an NTP timestamp of 16 hex digits");
        // Keys of the far future would outlive the user's membership.
        long period = source.Own.Kms.PeriodOf(new NtpTimestamp(ntp));
        return KeyPeriods.HeldAt(source.Own.Kms, now).Contains(period)
            ? Provide(request, user, [period], now)
            : Error(NotFound, request, now, $"key period {period} is neither the previous, the current nor the next one");
    }

    private KmsAnswer Provide(KmsRequest request, McUser user, IEnumerable<long> periods, DateTimeOffset now)
    {
        List<UserKeySet> keySets = source.KeySetsOf(user.McpttId, periods);
        try
        {
            return keySets.Count > 0
                ? Xml(KmsResponse.WriteKeyProvision(source.Own, request, now, keySets))
                : Error(NotFound, request, now, $"the KMS has no keys of {user.McpttId} for this time");
        }
        finally
        {
            keySets.ForEach(keys => keys.Dispose());
        }
    }

    private KmsAnswer Cache(KmsRequest request, string? held, DateTimeOffset now)
    {
        if (held is not null && !long.TryParse(held, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return Error(BadRequest, request, now, $"'{held}' is not the number of a certificate cache");
        bool upToDate = held == _cacheNumber.ToString(CultureInfo.InvariantCulture);
        return Xml(KmsResponse.WriteCertificateCache(source.Own, request, now, _cacheNumber, upToDate ? [] : [source.Own, .. source.Trusted]));
    }

    private KmsAnswer Error(int status, KmsRequest request, DateTimeOffset now, string reason) =>
        new(status, KmsResponse.WriteError(source.Own, request, now, status, reason), true, reason);

    private static KmsAnswer Xml(byte[] document) => new(Ok, document, true, null);

    private static bool IsOwn(string uri, McUser user) =>
        McIdentity.Normalise(uri) is { } asked && asked == McIdentity.Normalise(user.McpttId);
}
