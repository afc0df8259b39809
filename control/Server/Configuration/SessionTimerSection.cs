using MediaEngine.Sip;

namespace MediaEngine.Server;

/// <summary>Reads the <c>session-timer</c> section of the server's configuration.</summary>
internal static class SessionTimerSection
{
    public static SessionTimerOptions Read(YamlSection section)
    {
        var defaults = new SessionTimerOptions();
        int least = (int)SessionTimerOptions.Least_s, most = (int)SessionTimerOptions.Most_s;
        var options = new SessionTimerOptions
        {
            SessionExpires_s = (uint)section.Integer("expires", (int)defaults.SessionExpires_s, least, most),
            MinSE_s = (uint)section.Integer("min-se", (int)defaults.MinSE_s, least, most),
        };
        return options.MinSE_s <= options.SessionExpires_s
            ? options
            : throw section.Wrong("min-se", $"{options.MinSE_s} is more than session-timer.expires, {options.SessionExpires_s}");
    }
}
