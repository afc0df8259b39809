using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MediaEngine.Keys;

namespace MediaEngine.Tool;

/// <summary><c>mcx key derive</c>: the SRTP keys an MCX key gives.</summary>
internal static class KeyDeriveCommand
{
    private const int MasterKey_bytes = 16;
    private const int MasterSalt_bytes = 12;

    public static Command Create()
    {
        var id = new Option<string>("--id") { Description = "Key identifier, 8 hex digits: GMK-ID, PCK-ID, CSK-ID and so on", HelpName = "hex", Required = true };
        var key = new Option<string>("--key-file") { Description = "File with the key, 32 hex digits; - reads standard input", HelpName = "file", Required = true };
        var rand = new Option<string>("--rand") { Description = "RAND of the message that delivered the key, 32..510 hex digits", HelpName = "hex", Required = true };
        var user = new Option<string?>("--user") { Description = "MC service user ID of the sender, for a GMK", HelpName = "uri" };
        var session = new Option<int?>("--cs-id") { Description = "CS ID; default: that of MCPTT for the key, of a private call the initiator's", HelpName = "number" };
        return new ExampleCommand(
            "derive",
            "Derive GUK-ID, MKI, SRTP master key and master salt from an MCX key. PRINTS SECRETS.",
            "mcx key derive --id 09bf9d37 --key-file gmk.hex --rand 6819e679461120e10ac458cce67b8024 --user sip:alice@mcx.example")
        {
            id, key, rand, user, session,
        }.WithBody(CommandBody.JsonOption(), async (parsed, output, cancellation) => Derive(
            output, parsed.GetValue(id)!, await ReadKeyAsync(parsed.GetValue(key)!, cancellation).ConfigureAwait(false),
            parsed.GetValue(rand)!, parsed.GetValue(user), parsed.GetValue(session)));
    }

    private static void Derive(CommandOutput output, string id, byte[] octets, string rand, string? user, int? cryptoSession)
    {
        if (!KeyIdentifier.TryParse(id, out KeyIdentifier keyId) || !Enum.IsDefined(keyId.Purpose))
            throw new ToolException($"--id {id}: not 8 hex digits of which the first is 0..6.");
        byte[] randOctets = Hex(rand, "--rand", 16, 255);
        using var key = new McxKey(keyId, octets, randOctets);
        CryptographicOperations.ZeroMemory(octets);
        bool diverse = keyId.Purpose == KeyPurpose.GroupMasterKey;
        if (diverse == user is null)
            throw new ToolException(diverse ? $"{id} is a GMK-ID: give --user, for each sender has keys of his own." : $"{id} is no GMK-ID: leave --user out.");
        CryptoSession session = SessionOf(keyId.Purpose, cryptoSession);
        KeyIdentifier bundle = key.BundleIdFor(user ?? "");
        byte[] masterKey = new byte[MasterKey_bytes], masterSalt = new byte[MasterSalt_bytes], mki = new byte[key.Mki_bytes];
        try
        {
            key.ExportMasterKey(session, bundle, masterKey, masterSalt);
        }
        catch (ArgumentException)
        {
            throw new ToolException($"--cs-id {cryptoSession}: a {keyId.Purpose} does not serve that crypto session (TS 33.180 Table E.1.3-1).");
        }
        key.WriteMki(bundle, mki);
        var fields = new JsonObject { ["keyId"] = keyId.ToString(), ["purpose"] = keyId.Purpose.ToString() };
        if (diverse)
            fields["gukId"] = bundle.ToString();
        fields["csId"] = (int)session;
        fields["csbId"] = bundle.ToString();
        fields["mki"] = Convert.ToHexStringLower(mki);
        fields["masterKey"] = Convert.ToHexStringLower(masterKey);
        fields["masterSalt"] = Convert.ToHexStringLower(masterSalt);
        output.Result(string.Join(Environment.NewLine, fields.Select(field => $"{field.Key,-10} {field.Value}")), fields);
    }

    private static CryptoSession SessionOf(KeyPurpose purpose, int? asked)
    {
        if (asked is { } number)
        {
            return number is >= 0 and <= byte.MaxValue && Enum.IsDefined((CryptoSession)number)
                ? (CryptoSession)number
                : throw new ToolException($"--cs-id {number}: not one of 0..9.");
        }
        return purpose switch
        {
            KeyPurpose.GroupMasterKey => CryptoSession.McpttGroupCall,
            KeyPurpose.PrivateCallKey => CryptoSession.McpttPrivateInitiator,
            KeyPurpose.ClientServerKey or KeyPurpose.SignallingProtectionKey => CryptoSession.McpttClientServer,
            _ => CryptoSession.McpttMulticastSignalling,
        };
    }

    // Not an option's value: those are seen by every user of the machine, and kept by shells.
    private static async Task<byte[]> ReadKeyAsync(string path, CancellationToken cancellation)
    {
        string text;
        try
        {
            text = path == "-"
                ? await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false)
                : await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path}: cannot read the key: {e.Message}", inner: e);
        }
        return Hex(text.Trim(), path, McxKey.Key_bytes, McxKey.Key_bytes);
    }

    // The message does not repeat the text: it may be a key.
    private static byte[] Hex(string text, string where, int least, int most)
    {
        try
        {
            byte[] octets = Convert.FromHexString(text);
            if (octets.Length >= least && octets.Length <= most)
                return octets;
        }
        catch (FormatException)
        {
        }
        throw new ToolException($"{where}: not {(least == most ? $"{2 * least}" : $"{2 * least} to {2 * most}")} hex digits.");
    }
}
