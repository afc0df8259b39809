using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary>Fetches one user's keys from a KMS over HTTPS (TS 33.180 5.3, annex D) and checks everything it gets.</summary>
internal sealed class KmsClient : IDisposable
{
    private const string Root = "keymanagement/identity/v1/";
    private const int MaxReason_chars = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http;
    private readonly X509Certificate2Collection _trusted = [];
    private readonly ClientProfile _profile;

    /// <exception cref="ToolException">The trusted certificate cannot be read.</exception>
    public KmsClient(ClientProfile profile)
    {
        _profile = profile;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = Patience, UseProxy = false };
        if (profile.Kms!.TrustedCertificatePath is { } path)
        {
            Import(path);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, sent, errors) => IsTrusted(certificate, sent, errors);
        }
        _http = new HttpClient(handler)
        {
            BaseAddress = profile.Kms.Url,
            Timeout = Patience,
            MaxResponseContentBufferSize = KmsXml.MaxDocument_bytes,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{profile.AuthenticationUser}:{profile.Password}")));
    }

    /// <exception cref="ToolException">The KMS refused, cannot be reached, is not trusted, or sent what fails a check.</exception>
    public async Task<IdentityKeys> FetchAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        KmsCertificate own = (await AskAsync<KmsMessage.Init>("init", _http.BaseAddress!.Host, now, cancellation).ConfigureAwait(false)).Certificate;
        if (!own.IsUsableAt(now))
            throw Unusable($"the certificate of {own} is revoked, expired or not valid yet");
        KmsMessage.CertificateCache cache = await AskAsync<KmsMessage.CertificateCache>("certcache", own.Kms.Uri, now, cancellation).ConfigureAwait(false);
        KmsMessage.KeyProvision provision = await AskAsync<KmsMessage.KeyProvision>("keyprov", own.Kms.Uri, now, cancellation).ConfigureAwait(false);
        try
        {
            return KeysFrom(own, cache.Certificates, provision.KeySets, now);
        }
        finally
        {
            foreach (ReceivedKeySet received in provision.KeySets)
                received.Dispose();
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        foreach (X509Certificate2 certificate in _trusted)
            certificate.Dispose();
    }

    private IdentityKeys KeysFrom(KmsCertificate own, IReadOnlyList<KmsCertificate> cache, IReadOnlyList<ReceivedKeySet> received, DateTimeOffset now)
    {
        var keySets = new List<UserKeySet>();
        IdentityKeys? keys = null;
        try
        {
            foreach (ReceivedKeySet set in received.DistinctBy(set => set.KeyPeriodNumber))
            {
                if (set.UserUri != _profile.McpttId)
                    throw Unusable($"it sent keys of {set.UserUri}, not of {_profile.McpttId}");
                UserKeySetOutcome outcome = UserKeySet.Receive(own, set, out UserKeySet? one);
                keySets.Add(one ?? throw Unusable($"its keys for key period {set.KeyPeriodNumber} are refused: {outcome}"));
            }
            if (!keySets.Exists(set => set.KeyPeriodNumber == KeyPeriods.PeriodAt(own.Kms, now)))
                throw Unusable("it sent no keys for the current key period; compare both clocks");
            IEnumerable<KmsCertificate> others = cache.Where(other => other.Kms.Uri != own.Kms.Uri && other.IsUsableAt(now)).DistinctBy(other => other.Kms.Uri);
            keys = new IdentityKeys(_profile.McpttId, own, [.. others], keySets, SystemEntropy.Instance);
            return keys;
        }
        finally
        {
            if (keys is null)
                keySets.ForEach(set => set.Dispose());
        }
    }

    private async Task<T> AskAsync<T>(string resource, string kmsUri, DateTimeOffset now, CancellationToken cancellation)
        where T : KmsMessage
    {
        var url = new Uri(_http.BaseAddress!, Root + resource);
        var request = new KmsRequest { UserUri = _profile.McpttId, KmsUri = kmsUri, Time = now, ClientReqUrl = url.ToString() };
        using var content = new ByteArrayContent(request.Write());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/xml", "utf-8");
        HttpStatusCode status;
        byte[] body;
        try
        {
            using HttpResponseMessage response = await _http.PostAsync(url, content, cancellation).ConfigureAwait(false);
            status = response.StatusCode;
            body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new ToolException($"the KMS at {_http.BaseAddress} cannot be reached: {(e.InnerException ?? e).Message.TrimEnd('.')}.", ToolExit.Unreachable, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new ToolException($"the KMS at {_http.BaseAddress} does not answer within {Patience.TotalSeconds} s.", ToolExit.Unreachable, e);
        }
        KmsDocumentOutcome outcome = KmsResponse.TryRead(body, out KmsResponse? answer);
        if (status != HttpStatusCode.OK)
            throw new ToolException($"the KMS refused {resource}: {(int)status}, {ReasonIn(body, answer)}.", ToolExit.Refused);
        Array.Clear(body);
        return answer?.Message switch
        {
            T message => message,
            null => throw Unusable($"its answer to {resource} {KmsFile.Describe(outcome)}"),
            _ => throw Unusable($"its answer to {resource} is another one's"),
        };
    }

    private static string ReasonIn(byte[] body, KmsResponse? answer)
    {
        string text = answer?.Message is KmsMessage.Error error ? error.Text : Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MaxReason_chars)));
        return string.Concat(text.Where(character => !char.IsControl(character))).TrimEnd('.');
    }

    private ToolException Unusable(string reason) => new($"the KMS at {_http.BaseAddress} cannot be used: {reason}.", ToolExit.Refused);

    private void Import(string path)
    {
        try
        {
            _trusted.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new ToolException($"{path}: cannot be read as certificates in PEM ({e.Message.TrimEnd('.')}); it is the file tls.crt of the KMS.", ToolExit.Usage, e);
        }
        if (_trusted.Count == 0)
            throw new ToolException($"{path}: has no certificate in PEM; it is the file tls.crt of the KMS.");
    }

    // The very certificate is trusted under any name, as one brought by hand; an issuer's only for the name that is asked.
    private bool IsTrusted(X509Certificate? presented, X509Chain? sent, SslPolicyErrors errors)
    {
        if (presented is null)
            return false;
        using var certificate = new X509Certificate2(presented);
        DateTime now = DateTime.Now;
        if (_trusted.Any(known => known.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)))
            return now >= certificate.NotBefore && now <= certificate.NotAfter;
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_trusted);
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
