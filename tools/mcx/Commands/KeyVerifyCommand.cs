using System.CommandLine;
using System.Text.Json.Nodes;
using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary><c>mcx key verify</c>: who signed a MIKEY-SAKKE message.</summary>
internal static class KeyVerifyCommand
{
    public static Command Create()
    {
        var source = new MikeyMessageOptions();
        var certificate = new Option<string>("--certificate")
        {
            Description = "File with the certificate of the signer's KMS: key material, or a KMS's answer",
            HelpName = "file",
            Required = true,
        };
        var from = new Option<string?>("--from") { Description = "Who must have signed; default: whom the message names", HelpName = "URI" };
        var command = new ExampleCommand(
            "verify",
            "Check the signature of a MIKEY-SAKKE message. Nothing is decrypted; a message that is old or for somebody else passes.",
            "mcx key verify --file notify-gmk.b64 --certificate alice.kms.xml --from sip:gms@mcx.example")
        {
            source.Message, source.File, certificate, from,
        };
        source.Validate(command);
        return command.WithBody(CommandBody.JsonOption(), async (parsed, output, cancellation) =>
            Verify(output, await source.ReadAsync(parsed, cancellation).ConfigureAwait(false), parsed.GetValue(certificate)!, parsed.GetValue(from)));
    }

    private static void Verify(CommandOutput output, byte[] octets, string path, string? from)
    {
        using KmsMaterial material = KmsFile.Load(path);
        MikeyError error = MikeySakkeSignature.Verify(
            octets, from, [.. material.Certificates.Select(certificate => certificate.Kms)], new CertificateVerifier(material.Certificates));
        if (error != MikeyError.None)
            throw new ToolException($"The message is not verified: {Explain(error, path, from)}.");
        MikeyMessage.TryParse(octets, out MikeyMessage message);
        JsonObject description = MikeyDescription.Of(message);
        output.Result($"signature valid\n{MikeyDescription.Lines(description)}", new JsonObject { ["signature"] = "valid", ["message"] = description });
    }

    private static string Explain(MikeyError error, string path, string? from) => error switch
    {
        MikeyError.UnknownKms => $"{error}, {path} has no certificate of its initiator's KMS",
        MikeyError.WrongInitiator => $"{error}, it is not from {from ?? "anybody it names"}",
        MikeyError.BadSignature => $"{error}, it was changed, or signed by somebody else",
        _ => error.ToString(),
    };

    private sealed class CertificateVerifier(IReadOnlyList<KmsCertificate> certificates) : IMikeyVerifier
    {
        public bool Verify(
            KeyManagementServer kms, ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature129) =>
            certificates.First(certificate => certificate.Kms.Uri == kms.Uri)
                .KmsPublicAuthenticationKey.Verify(userIdentifier32, message, signature129) == EccsiOutcome.Ok;
    }
}
