using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>The server answered with a final response other than 2xx.</summary>
public sealed class ServerRefusedException : ToolException
{
    public ServerRefusedException(string what, SipResponse response)
        : base(Text(what, response), ToolExit.Refused)
    {
        Status = response.Status;
        Warnings = SipWarning.AllOf(response);
    }

    /// <summary>The SIP status code.</summary>
    public int Status { get; }

    /// <summary>The response's Warning headers; an MC warning's text starts with its three-digit code (TS 24.379 4.4).</summary>
    public IReadOnlyList<SipWarning> Warnings { get; }

    private static string Text(string what, SipResponse response)
    {
        string warnings = string.Join("; ", SipWarning.AllOf(response).Select(warning => $"\"{warning.Text}\" from {warning.Agent}"));
        string way = response.Status switch
        {
            401 or 407 => "; check sip-user, password and realm in the profile",
            403 or 404 when warnings.Length == 0 => "; ask the administrator of the MC server, its log has the reason",
            480 => "; try again when other members are registered and affiliated",
            >= 500 => "; try again later",
            _ => string.Empty,
        };
        return $"{what} was refused: {response.Status} {response.Reason}{(warnings.Length > 0 ? $", warning {warnings}" : string.Empty)}{way}.";
    }
}
